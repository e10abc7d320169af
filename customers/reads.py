"""Questions about customers that a queryset cannot say; other apps ask them here."""

from customers.contactability import Contactable, may_contact

__all__ = ["Contactable", "may_contact"]
