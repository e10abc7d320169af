"""One interaction: what was said, what was promised, what is left to do."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.accounts.names import known_as
from crm.audit.record import record_access
from crm.web import times
from crm.web.page import etagged, render_page, render_panel
from customers import masking
from customers.insight.processes.gather_information import undecided
from customers.models import Product
from customers.processes.verify_caller import PERMISSION as VERIFY
from interactions import clock as engine
from interactions.models import Commitment, FollowUp, Interaction, ResponseRequest, SlaClock
from interactions.processes import update_interaction
from interactions.processes.track_interaction import explain
from interactions.processes.track_interaction.duty import proposed_due
from interactions.processes.track_interaction.foreseeing import outlook
from interactions.web import (
    availability,
    clocks,
    forms,
    presence,
    queue,
    reaching,
    thread,
    together,
    wording,
)
from interactions.web.people import care_note, shown_name
from interactions.web.why import trace
from interactions.web.why import why as trace_of

_ORDER = {"next_response": 0, "first_response": 1, "periodic_update": 2, "resolution": 3}
_SHOWS = ("all", "messages", "notes")
# What a new promise adds to the old one, in per cent of the target; the agent may say otherwise.
_EXTEND = 50
_ID_DIGITS = 18
# As many seconds as any page was ever left alone.
_DIGITS = 8


def in_sight(public_id: UUID, actor: Actor) -> Interaction:
    """The interaction, if this person may see it."""
    require(actor, "interactions.view_interaction")
    seen = Interaction.objects.visible_to(actor).select_related(
        "customer__party", "owner", "team", "reason"
    )
    return seen.get(public_id=public_id)


@login_required
@require_GET
def page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The page, with a trace of each look at the customer's data."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    record_access(
        actor=actor,
        action="view",
        subject="interaction",
        ids=[one.pk, *([one.customer_id] if one.customer_id else [])],
        purpose="service",
        detail=one.reference,
    )
    return shown(request, one)


def shown(
    request: HttpRequest,
    one: Interaction,
    bound: Mapping[str, BaseForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page as it is now; `bound` are forms that were refused, with what was typed."""
    actor = signed_in(request)
    context = {"one": one, **_head(one, actor), **_talk(request, one, actor)}
    about = _subjects(one)
    unsettled = sum(row["item"].settled_at is None for row in about["subjects"])
    context |= {**_promises(one, actor), **_ending(one, unsettled), **_forms(one, actor)}
    context["spent"] = _spent(one, actor)
    context |= {**_later(one), **together.around(one, actor)}
    context |= {**_assistant(one, actor), **about, **_tags(one)}
    context |= {**_own_fields(one, actor), **_participants(one, actor)}
    if context["proposed"] is not None:
        context["promise_form"] = forms.PromiseForm(
            initial={"due_at": context["proposed"]}, prefix="promise"
        )
    context |= bound or {}
    context["refused"] = set(bound or {})
    return render_page(request, "interactions/page.html", context, status=status)


@login_required
@require_GET
def times_panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Polled: the promised times as they stand."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    context = {"one": one, "clocks": _clock_rows(one)}
    return etagged(
        request,
        render_panel(request, "interactions/_times.html", context, title=_("Promised times")),
    )


@login_required
@require_GET
def talk(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Asked again when something was said or done: the conversation and the state as they are."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    context = {"one": one, **_conversation(request, one, actor), **_state(one, actor)}
    return etagged(
        request,
        render_panel(request, "interactions/_talk_news.html", context, title=_("Conversation")),
    )


def conversation(request: HttpRequest, one: Interaction) -> HttpResponse:
    """After something was sent: the conversation with it, times, promises and why, an empty box."""
    actor = signed_in(request)
    context = {"one": one, **_talk(request, one, actor), **_state(one, actor)}
    context |= {**_promises(one, actor), "fresh": [], "swap": True}
    return render_page(
        request, "interactions/page.html", context, fragment="interactions/_sent.html"
    )


def composer(request: HttpRequest, one: Interaction, form: BaseForm) -> HttpResponse:
    """After something was refused: the box with what was typed, why, and what came meanwhile."""
    context = {"one": one, **_talk(request, one, signed_in(request)), "answer_form": form}
    page, box = "interactions/page.html", "interactions/_unsent.html"
    return render_page(request, page, context, fragment=box, status=422)


@login_required
@require_GET
def readers(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Polled: who else has this open, and whether they write."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    # Looking at what is over is no work at it.
    over = one.status in Interaction.ENDED
    others = presence.come_in(one.pk, actor, idle=None if over else _idle(request))
    context = {"readers": others, "spent": None if over else _spent(one, actor)}
    return etagged(
        request,
        render_panel(request, "interactions/_readers.html", context, title=_("Reading this")),
    )


def _spent(one: Interaction, actor: Actor) -> float:
    """My time at it so far, in seconds."""
    return update_interaction.time_spent(interaction_id=one.pk, actor=actor).total_seconds()


def _idle(request: HttpRequest) -> timedelta | None:
    """How long nobody touched the page, as it says itself."""
    said = request.headers.get("X-Idle", "")
    return timedelta(seconds=int(said)) if said.isdecimal() and len(said) < _DIGITS else None


@login_required
@require_POST
def draft(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep what somebody is writing; answers with the time it was kept."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    said = {
        name: request.POST.get(name, "")[:20_000]
        for name in ("body", "kind", "channel", "language")
    }
    presence.keep_draft(one.pk, actor, said)
    kept = _("Draft kept %(time)s") % {"time": times.instant(timezone.now())}
    return HttpResponse(kept if said["body"].strip() else "")


@login_required
@require_GET
def why(request: HttpRequest, public_id: UUID, clock_id: int) -> HttpResponse:
    """Why this time: the trace of one clock, as a fragment or a page of its own."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    clock = one.clocks.get(pk=clock_id)
    context = {
        "one": one,
        "why": trace_of(clock.pk, actor),
        "clear": masking.sees_people(actor),
    }
    return render_panel(request, "interactions/_why.html", context, title=_("Why this time"))


def _head(one: Interaction, actor: Actor) -> dict[str, Any]:
    place = queue.place_of(one, actor, timezone.now())
    return {
        **_state(one, actor),
        "name": shown_name(one.customer, actor),
        "care_note": care_note(one.customer, actor),
        "may_verify": actor.has_perm(VERIFY),
        "product": _product(one) if one.customer_id and masking.sees_people(actor) else None,
        "channel": wording.channel(one.channel),
        "channel_icon": wording.channel_icon(one.channel),
        "visit": _visit(one),
        "verticals": wording.verticals(one.verticals),
        "place": place,
        "here": availability.of(actor),
        "ended": one.status in Interaction.ENDED,
        "may_reopen": one.status in {"completed", "closed"}
        and actor.has_perm("interactions.close_interaction"),
        "may_work": actor.has_perm("interactions.update_interaction"),
        "may_assign": actor.has_perm("interactions.assign_interaction"),
        "may_close": actor.has_perm("interactions.close_interaction"),
        "may_learn": one.customer_id is not None and actor.has_perm("insight.view_fact"),
    }


def _visit(one: Interaction) -> str:
    """Where in the shop they were, as the till or a colleague said."""
    return wording.visit(one.as_given.get("+", {}).get("visit"))


def _product(one: Interaction) -> Product | None:
    """What it is about: the product that was named, else the only one the customer has."""
    theirs = Product.objects.filter(customer=one.customer_id)
    if one.product_id:
        return theirs.filter(pk=one.product_id).first()
    standing = list(theirs.exclude(status=Product.Status.ENDED).order_by("pk")[:2])
    return standing[0] if len(standing) == 1 else None


def _state(one: Interaction, actor: Actor) -> dict[str, Any]:
    tone, icon = wording.STATUS_TONES.get(one.status, ("", ""))
    return {"status_tone": tone, "status_icon": icon, "is_mine": one.owner_id == actor.pk}


def _talk(request: HttpRequest, one: Interaction, actor: Actor) -> dict[str, Any]:
    """The conversation, and what the composer offers: ways, languages by name, and macros."""
    from interactions.web import macros

    kept = presence.draft(one.pk, actor)
    languages = macros.languages(one)
    return {
        **_conversation(request, one, actor),
        "ways": reaching.ways(one),
        "draft": kept,
        "me": known_as(actor.name),
        "languages": languages,
        "language": kept.get("language") or (languages[0][0] if languages else ""),
        "macros": macros.offered(),
        "does": macros.chosen(request.GET.get("macro", "")[:50], actor),
        "answer_form": forms.AnswerForm(initial={"kind": "reply", **kept}),
    }


def _conversation(request: HttpRequest, one: Interaction, actor: Actor) -> dict[str, Any]:
    show = request.GET.get("show", "all")
    show = show if show in _SHOWS else "all"
    found = thread.entries(one, show, shown_name(one.customer, actor))
    older, recent = thread.folded(found)
    said = [entry for entry in found if not entry.is_line]
    seen = max((entry.pk for entry in said), default=0)
    since = _number(request.GET.get("since", ""), seen)
    labels = {"all": _("All"), "messages": _("Messages"), "notes": _("Notes")}
    return {
        "older": older,
        "older_n": sum(not entry.is_line for entry in older),
        "recent": recent,
        "shows": [
            {
                "url": f"?show={key}",
                "label": f"{labels[key]} {times.number(n)}",
                "on": key == show,
            }
            for key, n in zip(_SHOWS, thread.counts(one), strict=True)
        ],
        "clear": masking.sees_people(actor),
        "seen": seen,
        "show": show,
        "fresh": [one for one in said if one.pk > since and one.by != actor.name][-1:],
    }


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) <= _ID_DIGITS else otherwise


def _clock_rows(one: Interaction) -> list[dict[str, Any]]:
    """Clocks that run first, then what is decided; each with its stages while it runs."""
    now = timezone.now()
    mine = sorted(one.clocks.all(), key=_clock_order)
    promised = clocks.standing_promises(mine)
    return [_clock_row(clock, promised.get(clock.pk), now) for clock in mine]


def _clock_order(clock: SlaClock) -> tuple[bool, int, int]:
    return (clock.stopped_at is not None, _ORDER.get(clock.target, 9), -clock.cycle)


def _clock_row(clock: SlaClock, promised: Any, now: Any) -> dict[str, Any]:
    due = clocks.of_clock(clock, promised, now)
    title = {
        "risk": _("%(what)s, at risk"),
        "paused": _("%(what)s, stopped"),
    }.get(due.state, "%(what)s") % {"what": due.what}
    stages = [times.instant(clock.started_at), due.at] if due.due_at and due.live else []
    left = _("%(time)s left") % {"time": due.left} if due.live else due.left
    return {"clock": clock, "due": due, "title": title, "left": left, "stages": stages}


def _promises(one: Interaction, actor: Actor) -> dict[str, Any]:
    rows = _clock_rows(one)
    open_rows = [row for row in rows if row["clock"].stopped_at is None]
    lead = next(
        (row for row in open_rows if row["clock"].target == "resolution"),
        open_rows[0] if open_rows else rows[-1] if rows else None,
    )
    about = lead["clock"] if lead else None
    told = explain(clock_id=about.pk, actor=actor) if about else None
    made = list(about.commitments.select_related("notice").order_by("number")) if about else []
    return {
        "clocks": rows,
        "urgent": [row["due"] for row in open_rows[:2]],
        "lead": about,
        "lead_name": wording.target(about.target) if about else "",
        "lead_open": about is not None and about.stopped_at is None,
        "promises": [_promise(promise, about) for promise in made],
        "next_no": len(made) + 1,
        "why": trace(told) if told else None,
        "proposed": _proposed(told) if told and about and about.stopped_at is None else None,
        "questions": list(one.requests.order_by("-asked_at")[:5]),
        "now": timezone.now(),
    }


def _proposed(told: Any) -> Any:
    """The next date we can keep by the desk's own hours, as the duty itself would promise it."""
    now = timezone.now()
    due = proposed_due(
        told.view, now=engine.seconds(now), percent=_EXTEND, outlook=outlook(told.clock)
    )
    return engine.moment(due) if due is not None else None


def _assistant(one: Interaction, actor: Actor) -> dict[str, Any]:
    from interactions.web import assistant

    return assistant.shown(one, actor)


def _own_fields(one: Interaction, actor: Actor) -> dict[str, Any]:
    from interactions.web import own_fields

    return own_fields.around(one, actor)


def _participants(one: Interaction, actor: Actor) -> dict[str, Any]:
    from interactions.web import participants

    return participants.around(one, actor)


def _tags(one: Interaction) -> dict[str, Any]:
    from interactions.web import tags

    return tags.around(one)


def _subjects(one: Interaction) -> dict[str, Any]:
    from interactions.web import subjects

    return subjects.around(one)


def _later(one: Interaction) -> dict[str, Any]:
    plans = one.follow_ups.filter(state=FollowUp.State.OPEN).select_related("owner")
    return {"plans": list(plans.order_by("due_at")[:10])}


def _promise(promise: Commitment, clock: SlaClock | None) -> dict[str, Any]:
    tone, icon, word = {
        Commitment.Outcome.KEPT: ("ok", "circle-check", _("Kept")),
        Commitment.Outcome.MISSED: ("bad", "alert-octagon", _("Missed")),
        Commitment.Outcome.REPLACED: ("", "switch-horizontal", _("Replaced")),
    }.get(Commitment.Outcome(promise.outcome), ("", "", ""))
    first = promise.number == 1
    due_at = clock.due_at if first and clock else promise.due_at
    if not word and due_at and due_at < timezone.now():
        tone, icon, word = "bad", "alert-octagon", _("Missed")
    elif not word and first and clock and clock.jeopardy_at:
        tone, icon, word = "warn", "alert-triangle", _("At risk")
    sub = (
        _("Contract, rule “%(rule)s”. Never overwritten.") % {"rule": promise.reason}
        if first
        else _("%(reason)s · %(who)s, %(when)s · %(told)s")
        % {
            "reason": promise.reason,
            "who": promise.proposed_by,
            "when": times.instant(promise.created_at),
            "told": _told(promise),
        }
    )
    return {
        "no": promise.number,
        "at": times.instant_full(due_at) if due_at else _("Stopped"),
        "tone": tone,
        "icon": icon,
        "word": word,
        "sub": sub,
        "draft": not first and promise.notice_id is None,
    }


def _told(promise: Commitment) -> str:
    if promise.notice is None:
        return _("not told in writing: please call")
    if promise.notice.sent_at:
        return _("told %(time)s by %(channel)s") % {
            "time": times.instant(promise.notice.sent_at),
            "channel": wording.channel(promise.notice.channel),
        }
    return str(promise.notice.get_state_display()).lower()


def _ending(one: Interaction, subjects: int) -> dict[str, Any]:
    """What still stands between here and done, each named."""
    asked = one.requests.filter(state=ResponseRequest.State.ASKED).count()
    facts = undecided(one.public_id).count() if one.customer_id else 0
    outcome, told = wording.outcome(one.outcome), wording.informed_by(one.customer_informed)
    blocks = [
        _block(not facts, _("Facts decided"), _("%(n)d facts not decided") % {"n": facts}),
        _block(not asked, _("No open question to the customer"), _("A question is not answered")),
        *([(False, _("%(n)d subjects without an outcome") % {"n": subjects})] if subjects else []),
        _block(bool(outcome), _("Outcome: %(name)s") % {"name": outcome}, _("Outcome missing")),
        _block(
            bool(told),
            _("Customer told: %(name)s") % {"name": told},
            _("How the customer was told is missing"),
        ),
    ]
    return {
        "blocks": blocks,
        "completed": one.status == Interaction.Status.COMPLETED,
    }


def _block(done: bool, good: str, missing: str) -> tuple[bool, str]:
    return done, good if done else missing


def _forms(one: Interaction, actor: Actor) -> dict[str, Any]:
    return {
        "ask_form": forms.AskForm(
            initial={"due_at": forms.in_working_days(3), "on_silence": "call"}, prefix="ask"
        ),
        "promise_form": forms.PromiseForm(
            initial={"due_at": forms.in_working_days(1)}, prefix="promise"
        ),
        "wrap_form": forms.WrapUpForm(
            initial={"reason": one.reason.key if one.reason else ""}, prefix="wrap"
        ),
        "close_form": forms.CloseForm(prefix="close"),
        "reopen_form": forms.ReasonForm(prefix="reopen"),
        "cancel_form": forms.ReasonForm(prefix="cancel", key="X", label=_("Why it is cancelled")),
        "snooze_form": forms.SnoozeForm(
            initial={"until": forms.tomorrow_morning()}, prefix="snooze"
        ),
        "later_form": forms.FollowUpForm(
            initial={"kind": "call", "due_at": forms.tomorrow_morning()}, prefix="later"
        ),
        "transfer_form": forms.TransferForm(
            initial={"team": str(one.team_id or "")}, prefix="transfer"
        ),
        "escalate_form": forms.ReasonForm(
            prefix="escalate", key="H", label=_("What help is needed")
        ),
        "merge_form": forms.OtherForm(prefix="merge"),
        "link_form": forms.OtherForm(initial={"kind": "related"}, prefix="link"),
        "split_form": forms.SplitForm(prefix="split"),
        "assign_form": forms.AssignForm(initial={"owner": str(one.owner_id or "")}),
    }
