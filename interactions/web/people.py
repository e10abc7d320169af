"""Names of customers as this person may see them."""

from crm.access import Actor
from customers import masking
from customers.models import Customer


def shown_name(customer: Customer | None, actor: Actor) -> str:
    """The name, its initials for who may not see people, nothing when nobody is known."""
    if customer is None:
        return ""
    clear = masking.sees_people(actor)
    return customer.name if clear else masking.name(customer.name, customer.number)


def care_note(customer: Customer | None, actor: Actor) -> str:
    """What to handle with care: for those who speak with the customer."""
    return customer.care_note if customer and masking.sees_people(actor) else ""
