"""The tags an installation starts with; the list is its own from then on."""

from typing import Final

from crm.starter import starter
from interactions.models import Tag

# Shipped in English; the installation merges them into words of its own.
TAGS: Final = ("Call back", "Press", "Repeated fault", "Threatens to leave", "Written by a lawyer")


@starter(order=32, title="tags for interactions")
def load_tags() -> str:
    """Begin the list where there is none: what was retired or renamed does not come back."""
    if Tag.objects.exists():
        return "0 tags added"
    Tag.objects.bulk_create(Tag(name=name, coined_by="crm") for name in TAGS)
    return f"{len(TAGS)} tags added"
