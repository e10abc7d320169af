"""Procedures and help beside a matter: what fits it, and its way into the answer."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.web.page import redirect_to, render_page, render_panel, wants_fragment
from crm.web.undo import say
from customers import masking
from interactions.models import Interaction
from interactions.web import presence
from interactions.web.macros import wished_language
from interactions.web.page import in_sight
from readiness.registry import guidance
from readiness.registry.guidance import Guidance

_KINDS = ("procedure", "article")
_SAID_BY_CUSTOMER = 3


@login_required
@require_GET
def panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What fits this matter; that it was shown is kept, once."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    found = _fitting(one, actor)
    subject = _subject(one)
    known = guidance.recorded(subject)
    new = [(item.kind, item.pk) for item in found if (item.kind, item.pk, "shown") not in known]
    if new:
        guidance.record(guidance=new, subject=subject, step="shown", actor=actor)
    context = {
        "one": one,
        "items": [(item, (item.kind, item.pk, "solved") in known) for item in found],
        "may_read": actor.has_perm("readiness.follow_procedure"),
        "unread": {item.key for item in guidance.unread(actor)},
        "may_work": actor.has_perm("interactions.update_interaction"),
        "ended": one.status in Interaction.ENDED,
    }
    return render_panel(
        request, "interactions/_guidance.html", context, title=_("Procedures and help")
    )


@login_required
@require_POST
def put(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """Put an article's address below what is written, in their language; nothing is sent."""
    actor = signed_in(request)
    require(actor, "interactions.update_interaction")
    one = in_sight(public_id, actor)
    said = presence.written(request.POST, one.pk, actor)
    language = said["language"] or wished_language(one) or guidance.FALLBACK
    article = guidance.article_for_customers(key, language)
    if article is None:
        say(request, _("Customers may not read that article, or no longer."), tone="error")
    else:
        said["body"] = f"{said['body'].rstrip()}\n\n{_link(article)}".lstrip()
        kept = [("article", article.pk)]
        guidance.record(guidance=kept, subject=_subject(one), step="used", actor=actor)
    presence.keep_draft(one.pk, actor, said)
    if wants_fragment(request):
        context = {"one": one, "body": said["body"], "language": said["language"]}
        return render_page(
            request, "interactions/page.html", context, fragment="interactions/_body.html"
        )
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#answer")


@login_required
@require_POST
def helped(request: HttpRequest, public_id: UUID, kind: str, pk: int) -> HttpResponse:
    """Say that this solved the matter, so that the next one finds what works."""
    actor = signed_in(request)
    require(actor, "interactions.update_interaction")
    one = in_sight(public_id, actor)
    shown = {(item.kind, item.pk) for item in _fitting(one, actor)}
    if kind in _KINDS and (kind, pk) in shown:
        for step in ("used", "solved"):
            guidance.record(guidance=[(kind, pk)], subject=_subject(one), step=step, actor=actor)
        say(request, _("Kept: it helped."))
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#guidance")


def _subject(one: Interaction) -> str:
    return f"interaction:{one.pk}"


def _fitting(one: Interaction, actor: Actor) -> list[Guidance]:
    return guidance.suggest(
        reason=one.reason.key if one.reason else "",
        verticals=one.verticals,
        text=" ".join(_words(one)) if masking.sees_people(actor) else "",
        languages=[language for language in (actor.language, wished_language(one)) if language],
    )


def _words(one: Interaction) -> list[str]:
    """What the customer calls it: the subject, the first words and the last of what they wrote."""
    theirs = one.messages.filter(direction=Interaction.Direction.INBOUND).order_by("-created_at")
    last = theirs.values_list("body", flat=True)[:_SAID_BY_CUSTOMER]
    return [one.subject, one.description[:2000], *(body[:2000] for body in last)]


def _link(article: Guidance) -> str:
    path = reverse("readiness:help", args=[article.key])
    address = f"{settings.CRM_PUBLIC_URL}{path}?{urlencode({'lang': article.language})}"
    return f"{article.title}: {address}"
