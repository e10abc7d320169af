"""What somebody without the right to personal data sees instead of it."""

from crm.access import Actor

PERMISSION = "customers.view_personal_data"
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
