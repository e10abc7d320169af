"""Procedures and capabilities in the search box, by the words of their titles."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.access import Actor
from crm.web import search
from readiness.models import ProcedureVersion
from readiness.registry import slots

_LEAST = 3
# There are dozens; a library of thousands would want an index of its own.
_LOOKED_AT = 500


def procedures(actor: Actor, text: str, limit: int) -> list[search.Hit]:
    """What agents work by, for those who work by it."""
    if len(text) < _LEAST or not actor.has_perm("readiness.follow_procedure"):
        return []
    titles = (
        ProcedureVersion.objects.effective()
        .order_by("procedure__title")
        .values_list("procedure__key", "procedure__title")
    )
    return [
        search.Hit("procedure", title, reverse("readiness:procedure", args=[key]), "list-check")
        for key, title in titles[:_LOOKED_AT]
        if search.fits(title, text)
    ][:limit]


def capabilities(actor: Actor, text: str, limit: int) -> list[search.Hit]:
    """What governs the running software, for those who may look at it."""
    if len(text) < _LEAST or not actor.has_perm("readiness.view_capabilityversion"):
        return []
    return [
        search.Hit(
            "capability",
            str(slot.title),
            reverse("readiness:capability", args=[slot.key]),
            "rocket",
            is_data=False,
        )
        for slot in slots.declared()
        if search.fits(str(slot.title), text)
    ][:limit]


search.register("procedures", procedures, label=_("Procedures"), order=30)
search.register("capabilities", capabilities, label=_("Capabilities"), order=40)
search.register_command(
    _("Procedures"),
    "readiness:procedures",
    icon="list-check",
    permission="readiness.follow_procedure",
)
search.register_command(
    _("Process register"),
    "readiness:register",
    icon="list",
    permission="readiness.view_capabilityversion",
)
