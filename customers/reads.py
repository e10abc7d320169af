"""Questions about customers that a queryset cannot say; other apps ask them here."""

from customers.contactability import Contactable, may_contact
from customers.finding import Found, find_customers

__all__ = ["Contactable", "Found", "find_customers", "may_contact"]
