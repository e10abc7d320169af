"""The team an installation starts with, so that a first queue exists."""

from crm.accounts.models import Team
from crm.starter import starter


@starter(order=5, title="teams")
def first_team() -> str:
    """One team when there is none; renamed or joined by others, it stays as it is."""
    if Team.objects.exists():
        return "there"
    Team.objects.create(slug="customer-care", name="Customer care")
    return "Customer care"
