"""Macros in the composer: offered in the customer's language, filled in, and left to the agent."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor, require, signed_in
from crm.web.page import redirect_to, render_page, wants_fragment
from crm.web.undo import say, say_with_undo
from crm.web.words import language as language_name
from customers.models import CommunicationNeed
from interactions.governed import wording
from interactions.macros import filled, in_language
from interactions.models import Interaction, InteractionEvent, Macro
from interactions.processes.apply_macro import apply_macro, undo_macro, version_of
from interactions.web import presence
from interactions.web.actions import act
from interactions.web.forms import MacroForm
from interactions.web.page import in_sight
from interactions.web.people import shown_name
from interactions.web.wording import outcome as outcome_name


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
    does = _does(macro, actor) if macro else None
    if wants_fragment(request):
        context = {"one": one, "body": said["body"], "language": said["language"], "does": does}
        return render_page(
            request, "interactions/page.html", context, fragment="interactions/_body.html"
        )
    query = f"?macro={macro.key}" if macro and does else ""
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}{query}#answer")


@login_required
@require_POST
def apply(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Do what the macro does besides its text, as it was shown."""
    made: list[InteractionEvent] = []

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        event = apply_macro(
            interaction_id=one.pk, key=said["macro"], number=said["number"], actor=actor
        )
        made.append(event)
        return ""

    form = MacroForm(request.POST)
    answer = act(request, public_id, "macro_form", form, do, anchor="answer", silent=True)
    if made:
        undo = reverse("interactions:undo_macro", args=[public_id, made[0].seq])
        said = _("Done: everything of “%(name)s”.") % {"name": made[0].data["name"]}
        say_with_undo(request, said, undo_url=undo)
    return answer


@login_required
@require_POST
def undo(request: HttpRequest, public_id: UUID, seq: int) -> HttpResponse:
    """All of it back again."""
    actor = signed_in(request)
    undo_macro(interaction_id=in_sight(public_id, actor).pk, event_seq=seq, actor=actor)
    say(request, _("Everything is back where it was."))
    return redirect_to(request, reverse("interactions:page", args=[public_id]))


def chosen(key: str, actor: Actor) -> dict[str, Any] | None:
    """The preview of a macro named by the address, for a page without script."""
    macro = Macro.objects.filter(key=key, active=True).first() if key else None
    return _does(macro, actor) if macro else None


def _does(macro: Macro, actor: Actor) -> dict[str, Any] | None:
    """What a macro does besides its text, in words; nothing where it does nothing."""
    if not macro.effects:
        return None
    version = version_of(macro_id=macro.pk, actor=actor)
    return {
        "title": version.title,
        "key": macro.key,
        "number": version.number,
        "steps": [in_words(effect) for effect in version.effects],
    }


def in_words(effect: Mapping[str, Any]) -> str:
    """One effect as the agent reads it before it is done."""
    said = {key: value for key, value in effect.items() if key != "do"}
    sentence = {
        "tag": _("Put on the tag “%(tag)s”"),
        "untag": _("Take off the tag “%(tag)s”"),
        "take": _("Make it mine"),
        "transfer": _("Give it to the team %(team)s"),
        "snooze": _("Snooze it for %(hours)s hours"),
        "wait": _("Wait for %(whom)s"),
        "ask": _("Ask the customer “%(question)s”, answer within %(days)s days"),
        "follow_up": _("Plan a follow-up in %(days)s days: %(note)s"),
        "priority": _("Set the priority to %(priority)s"),
        "reason": _("Set the reason to %(reason)s"),
        "complete": _("Complete it: %(outcome)s"),
    }[effect["do"]]
    whom = {"internal": _("a colleague"), "partner": _("a partner")}
    words = {
        "whom": whom.get(said.get("for", ""), ""),
        "outcome": outcome_name(said.pop("outcome", "")),
    }
    return sentence % (said | words)


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
