"""Macros in the composer: offered in the customer's language, filled in, and left to the agent."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from crm.access import Actor, require, signed_in
from crm.web.page import redirect_to, render_page, wants_fragment
from crm.web.words import language as language_name
from customers.models import CommunicationNeed
from interactions.governed import wording
from interactions.macros import filled, in_language
from interactions.models import Interaction, Macro
from interactions.web import presence
from interactions.web.page import in_sight
from interactions.web.people import shown_name


def wished_language(one: Interaction) -> str:
    """The language the customer wants to be written to in; empty when nobody knows."""
    customer = one.customer
    if customer is None or customer.party is None:
        return ""
    need = CommunicationNeed.objects.filter(party=customer.party_id, topic="service").first()
    return (need and need.language) or customer.party.language or ""


def languages(one: Interaction) -> list[tuple[str, str]]:
    """What can be written in: the customer's language first, then those our letters are in."""
    wished = wished_language(one)
    codes = dict.fromkeys([*([wished] if wished else []), *wording.BASELINE["templates"]])
    return [(code, language_name(code)) for code in codes]


def offered() -> list[Macro]:
    return list(Macro.objects.filter(active=True)[:50])


@login_required
@require_POST
def use(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a macro below what is written already; it is kept as a draft, nothing is sent."""
    actor = signed_in(request)
    require(actor, "interactions.update_interaction")
    one = in_sight(public_id, actor)
    said: dict[str, Any] = {
        name: request.POST.get(name, "")[:20_000]
        for name in ("body", "kind", "channel", "language")
    }
    key = request.POST.get("macro", "")
    macro = Macro.objects.filter(key=key, active=True).prefetch_related("texts").first()
    text = in_language(macro, said["language"] or wished_language(one)) if macro else None
    if text is not None:
        new = filled(text.body, _blanks(one, actor, str(request.user), text.language))
        said["body"] = f"{said['body'].rstrip()}\n\n{new}".lstrip()
        said["language"] = text.language
    presence.keep_draft(one.pk, actor, said)
    if wants_fragment(request):
        context = {"one": one, "body": said["body"], "language": said["language"]}
        return render_page(
            request, "interactions/page.html", context, fragment="interactions/_body.html"
        )
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#answer")


def _blanks(one: Interaction, actor: Actor, agent: str, language: str) -> dict[str, str]:
    with translation.override(language):
        today = date_format(timezone.localdate(), "j F Y")
        due = one.due_next_at and date_format(timezone.localtime(one.due_next_at), "j F Y, H:i")
    return {
        "name": shown_name(one.customer, actor),
        "reference": one.reference,
        "subject": one.subject,
        "agent": agent,
        "brand": settings.CRM_BRAND,
        "due": due or "–",
        "today": today,
    }
