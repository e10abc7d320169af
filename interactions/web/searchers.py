"""Interactions in the search box: by the id people read to each other."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from crm.access import Actor
from crm.web import search
from interactions.models import Interaction
from interactions.web import wording
from interactions.web.callers import reference


def interactions(actor: Actor, text: str, limit: int) -> list[search.Hit]:
    """The one interaction an id names."""
    number = reference(text)
    if number is None:
        return []
    seen = Interaction.objects.visible_to(actor).filter(pk=number)
    return [
        search.Hit(
            kind="interaction",
            title=one.subject,
            url=reverse("interactions:page", args=[one.public_id]),
            icon=wording.channel_icon(one.channel),
            sub=one.reference,
            exact=True,
        )
        for one in seen[:limit]
    ]


search.register("interactions", interactions, label=gettext_lazy("Interactions"), order=20)
