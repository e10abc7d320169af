"""One pair side by side: what each record says, why they look alike, merge and undo."""

from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require
from crm.accounts.names import known_as
from crm.audit.record import record_access
from crm.row_changes import Change, changes_of_rows
from crm.web import words
from crm.web.page import redirect_to, render_page
from crm.web.undo import say, say_with_undo
from customers import masking
from customers.alike import LABELS, SAID
from customers.models import Consent, ContactMedium, Customer, DuplicateCase, Merge, Party
from customers.processes.deduplicate import (
    dismiss,
    effect_of,
    judge_anew,
    merge_parties,
    reopen,
    unmerge_parties,
)
from customers.processes.deduplicate.merge import CUSTOMER_CHOICES, PARTY_CHOICES
from customers.web.duplicate_sides import Side, allowed, case_of, sides_of
from customers.web.wording import PLAIN, Column

_MOST_POINTS = 30
# Enough for what a person reads under a field; older changes are in the record's own history.
_MOST_CHANGES = 100


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the comparison; without a `key` nothing is to be chosen."""

    label: Any
    mine: Any
    theirs: Any
    key: str = ""
    take_theirs: bool = False
    said: Any = ""
    tone: str = ""
    points: str = ""
    my_source: str = ""
    their_source: str = ""


@dataclass(slots=True)
class Why:
    """One reason of the score, as a bar."""

    label: Any
    said: Any
    points: str
    share: float
    tone: str


@dataclass(slots=True)
class Pair:
    """A case as its page shows it."""

    case: DuplicateCase
    main: Side
    other: Side
    fields: list[Field] = field(default_factory=list)
    why: list[Why] = field(default_factory=list)


@login_required
@require_GET
def duplicate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One pair side by side: what each record says, why they look alike, what a merge would do."""
    actor = allowed(request)
    require(actor, masking.PERMISSION)
    case = case_of(actor, public_id)
    found = case.score
    case = judge_anew(case)
    pair = _pair(case, actor, main=request.GET.get("main", ""))
    record_access(
        actor=actor, action="view", subject="party", ids=[case.left_id, case.right_id],
        purpose="service", detail="duplicate",
    )  # fmt: skip
    merge = case.merges.filter(undone_at=None).first()
    effect = None
    if case.state == DuplicateCase.State.OPEN and actor.has_perm("customers.merge_records"):
        effect = effect_of(
            survivor_id=pair.main.party.pk, merged_id=pair.other.party.pk, actor=actor
        )
    context = {
        "pair": pair,
        "case": case,
        "found_with": found if found != case.score else None,
        "merge": merge,
        "effect": effect,
        "gone": bool(case.left.removed_at or case.right.removed_at) and merge is None,
        "neighbours": _neighbours(case, actor),
        "last": _undoable(request, actor),
    }
    return render_page(request, "customers/duplicate.html", context)


def _pair(case: DuplicateCase, actor: Actor, *, main: str) -> Pair:
    sides = sides_of([case], actor)
    left, right = sides[case.left_id], sides[case.right_id]
    if main == str(case.right.public_id):
        left, right = right, left
    pair = Pair(case, left, right)
    pair.why = _why(case)
    pair.fields = [*_choices(pair), *_media(pair), *_consents(pair)]
    return pair


def _why(case: DuplicateCase) -> list[Why]:
    return [
        Why(
            label=LABELS[one["key"]],
            said=SAID[one["level"]],
            points=_signed(one["bits"]),
            share=min(abs(one["bits"]) / _MOST_POINTS, 1.0),
            tone="ok" if one["bits"] > 0 else "warn",
        )
        for one in case.reasons
    ]


def _choices(pair: Pair) -> list[Field]:
    """Fields to choose from: those that at least one record fills."""
    said = {one["key"]: one for one in pair.case.reasons}
    rows: list[tuple[Any, Any, str]] = [
        (pair.main.party, pair.other.party, name) for name in PARTY_CHOICES
    ]
    if pair.main.customer and pair.other.customer:
        rows += [(pair.main.customer, pair.other.customer, name) for name in CUSTOMER_CHOICES]
    edited = _edited(pair)
    found = []
    for mine, theirs, name in rows:
        one, other = getattr(mine, name), getattr(theirs, name)
        if not one and not other:
            continue
        reason = said.get(name)
        found.append(
            Field(
                label=mine._meta.get_field(name).verbose_name,
                mine=_in_words(mine, name),
                theirs=_in_words(theirs, name),
                key=name,
                take_theirs=not one,
                said=SAID[reason["level"]] if reason else _alike(one, other),
                tone=_tone(reason["bits"]) if reason else "",
                points=_signed(reason["bits"]) if reason else "",
                my_source=_source(mine, name, edited),
                their_source=_source(theirs, name, edited),
            )
        )
    return found


_Edited = dict[tuple[str, int, str], Change]


def _edited(pair: Pair) -> _Edited:
    """The newest change of each field of both records."""
    newest: _Edited = {}
    both: list[tuple[type[models.Model], list[models.Model]]] = [
        (Party, [pair.main.party, pair.other.party]),
        (Customer, [one.customer for one in (pair.main, pair.other) if one.customer]),
    ]
    for model, rows in both:
        for row in rows:
            for change in changes_of_rows(model, [row], _MOST_CHANGES):
                newest.setdefault((change.model, row.pk, change.field), change)
    return newest


def _source(row: Party | Customer, name: str, edited: _Edited) -> str:
    """Where a value is from: whoever changed it last, else the record's own source."""
    change = edited.get((row._meta.model_name or "", row.pk, name))
    if change is None:
        return row.source
    return f"{known_as(change.who)}, {date_format(timezone.localtime(change.at), 'j M Y')}"


def _in_words(row: Party | Customer, name: str) -> str:
    column = cast("Column", row._meta.get_field(name))
    value = getattr(row, name)
    return PLAIN.of(column, value) if value else ""


def _alike(one: Any, other: Any) -> Any:
    if one and other:
        return _("Same") if one == other else _("Different")
    return _("Known once")


def _signed(bits: float) -> str:
    return f"{round(bits):+d}".replace("-", "−")


def _tone(bits: float) -> str:
    return "t-ok" if bits > 0 else "t-warn"


def _media(pair: Pair) -> list[Field]:
    """Contact points: all are kept, the same one once."""
    found = []
    said = {one["key"]: one for one in pair.case.reasons}
    for kind, key in (("mobile", "phone"), ("phone", ""), ("email", "email"), ("address", "place")):
        mine, theirs = _points(pair.main, kind), _points(pair.other, kind)
        if not mine and not theirs:
            continue
        reason = said.get(key)
        found.append(
            Field(
                label=ContactMedium.Type(kind).label,
                mine=mine,
                theirs=theirs,
                said=SAID[reason["level"]] if reason and mine and theirs else _("All are kept"),
                tone=_tone(reason["bits"]) if reason and mine and theirs else "muted",
                points=_signed(reason["bits"]) if reason and mine and theirs else "",
            )
        )
    return found


def _points(side: Side, kind: str) -> str:
    media = side.party.contact_media.current().filter(type=kind).order_by("-preferred", "pk")
    values = media.values_list("value", flat=True)[:3]
    numbers = kind in {ContactMedium.Type.MOBILE, ContactMedium.Type.PHONE}
    return " · ".join(words.phone_number(one) if numbers else one for one in values)


def _consents(pair: Pair) -> list[Field]:
    """Consents are chosen by the rule, not by hand."""
    standing = (
        Consent.objects.in_force()
        .filter(party__in=[pair.main.party, pair.other.party])
        .select_related("purpose")
    )
    by_purpose: dict[tuple[str, str], dict[int, Consent]] = {}
    for one in standing.order_by("purpose__name", "channel"):
        by_purpose.setdefault((one.purpose.name, one.channel), {})[one.party_id] = one
    return [
        Field(
            label=name,
            mine=_answer(answers.get(pair.main.party.pk)),
            theirs=_answer(answers.get(pair.other.party.pk)),
            said=_("Later and stricter wins"),
            tone="t-hold",
            points=_("rule"),
        )
        for (name, _channel), answers in by_purpose.items()
    ]


def _answer(consent: Consent | None) -> str:
    if consent is None:
        return ""
    day = date_format(consent.captured_at, "j M Y")
    return _("Yes, %(day)s") % {"day": day} if consent.given else _("No, %(day)s") % {"day": day}


def _neighbours(case: DuplicateCase, actor: Actor) -> dict[str, str]:
    """The pairs before and after this one, as the list has them."""
    waiting = DuplicateCase.objects.visible_to(actor).open()
    later = waiting.filter(Q(score__lt=case.score) | Q(score=case.score, pk__gt=case.pk))
    before = waiting.filter(Q(score__gt=case.score) | Q(score=case.score, pk__lt=case.pk))
    found = {
        "next": later.order_by("-score", "pk").first(),
        "previous": before.order_by("score", "-pk").first(),
    }
    return {
        name: reverse("customers:duplicate", args=[one.public_id])
        for name, one in found.items()
        if one
    }


def _undoable(request: HttpRequest, actor: Actor) -> Merge | None:
    """The merge just done, for the banner that takes it back."""
    done = request.GET.get("merged", "")
    if not actor.has_perm("customers.merge_records"):
        return None
    merges = Merge.objects.filter(undone_at=None).select_related("survivor", "merged")
    return merges.filter(public_id=done).first() if _is_uuid(done) else None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@login_required
@require_POST
def merge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Merge one pair as chosen; the next pair is shown with a way back."""
    actor = allowed(request)
    case = case_of(actor, public_id)
    main, other = case.left, case.right
    if request.POST.get("main") == str(case.right.public_id):
        main, other = other, main
    choices = {
        name: "merged" if request.POST.get(f"pick-{name}") == "other" else "survivor"
        for name in (*PARTY_CHOICES, *CUSTOMER_CHOICES)
        if f"pick-{name}" in request.POST
    }
    done = merge_parties(survivor_id=main.pk, merged_id=other.pk, choices=choices, actor=actor)
    following = _neighbours(case, actor).get("next") or reverse("customers:duplicates")
    say_with_undo(
        request,
        _("%(one)s and %(other)s are now one record.") % {"one": main.name, "other": other.name},
        undo_url=reverse("customers:unmerge", args=[done.public_id]),
    )
    return redirect_to(request, f"{following}?merged={done.public_id}")


@login_required
@require_POST
def unmerge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a merge back and say what came."""
    actor = allowed(request)
    found = get_object_or_404(Merge, public_id=public_id)
    undone = unmerge_parties(merge_id=found.pk, actor=actor)
    rows = undone.undone.get("rows", 0)
    text = ngettext(
        "Both records are back, %(count)d row with them.",
        "Both records are back, %(count)d rows with them.",
        rows,
    ) % {"count": rows}
    if kept := undone.undone.get("kept"):
        text += " " + _("Kept because they were edited since: %(fields)s.") % {
            "fields": ", ".join(str(_label(name)) for name in kept)
        }
    say(request, text)
    case = undone.case
    where = reverse("customers:duplicate", args=[case.public_id]) if case else ""
    return redirect_to(request, where or reverse("customers:duplicates"))


def _label(name: str) -> Any:
    model = Customer if name in CUSTOMER_CHOICES else Party
    return getattr(model._meta.get_field(name), "verbose_name", name)


@login_required
@require_POST
def not_the_same(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Remember that two records are two people."""
    actor = allowed(request)
    case = case_of(actor, public_id)
    following = _neighbours(case, actor).get("next") or reverse("customers:duplicates")
    dismiss(case_id=case.pk, reason=request.POST.get("reason", ""), actor=actor)
    say_with_undo(
        request,
        _("Remembered: not the same."),
        undo_url=reverse("customers:reopen_duplicate", args=[public_id]),
    )
    return redirect_to(request, following)


@login_required
@require_POST
def reopen_duplicate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take back that two records are two people."""
    actor = allowed(request)
    case = reopen(case_id=case_of(actor, public_id).pk, actor=actor)
    return redirect_to(request, reverse("customers:duplicate", args=[case.public_id]))


urlpatterns = [
    path("duplicates/<uuid:public_id>/", duplicate, name="duplicate"),
    path("duplicates/<uuid:public_id>/merge", merge, name="merge"),
    path("duplicates/<uuid:public_id>/not-the-same", not_the_same, name="not_the_same"),
    path("duplicates/<uuid:public_id>/reopen", reopen_duplicate, name="reopen_duplicate"),
    path("merges/<uuid:public_id>/undo", unmerge, name="unmerge"),
]
