"""Questions about customers that a queryset cannot say; other apps ask them here."""

from customers.answering import answering, customers_of_merge
from customers.contactability import Contactable, may_contact
from customers.finding import Found, find_customers, towns_of
from customers.listing import segments_in_use

__all__ = [
    "Contactable",
    "Found",
    "answering",
    "customers_of_merge",
    "find_customers",
    "may_contact",
    "segments_in_use",
    "towns_of",
]
