"""What somebody without the right to personal data sees instead of it."""

from django.utils import timezone

from crm.access import Actor
from customers.models import CallerCheck

PERMISSION = "customers.view_personal_data"
BILLING_PERMISSION = "customers.view_billing_detail"
PERSON_LEVEL, BILLING_LEVEL = 1, 2
HIDDEN = "•••"
_SHOWN_DIGITS = 3


def sees_people(actor: Actor) -> bool:
    """Whether names, addresses and numbers are shown to this actor."""
    return actor.has_perm(PERMISSION)


def name(value: str, number: str) -> str:
    """Initials; a customer known by their number alone keeps it."""
    if value == number:
        return value
    return " ".join(f"{part[0]}." for part in value.split() if part) or HIDDEN


def contact_point(kind: str, value: str) -> str:
    """Enough to tell two apart, too little to use."""
    if kind == "email":
        return f"{value[:1]}{HIDDEN}@{HIDDEN}"
    if kind in {"mobile", "phone"}:
        return f"{HIDDEN} {value[-_SHOWN_DIGITS:]}"
    return HIDDEN


def caller_level(actor: Actor, customer_id: int) -> int:
    """How far this agent has verified who is calling for this customer; it passes with time."""
    standing = CallerCheck.objects.standing(
        customer_id=customer_id, actor_id=actor.pk, now=timezone.now()
    )
    return max(standing.values_list("level", flat=True), default=0)


def sees(actor: Actor, customer_id: int) -> bool:
    """Whether this person is shown: by role, or because they are on the line and proved it."""
    return sees_people(actor) or caller_level(actor, customer_id) >= PERSON_LEVEL


def sees_billing(actor: Actor, level: int) -> bool:
    """Bill and call detail: by role, or to a caller who is verified beyond what others know."""
    return actor.has_perm(BILLING_PERMISSION) or level >= BILLING_LEVEL
