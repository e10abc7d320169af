"""The duplicates desk: pairs by score, one pair side by side, merges and their undo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from celery import current_app
from celery.exceptions import OperationalError
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web import navigation
from crm.web.page import redirect_to, render_page
from crm.web.undo import say, say_with_undo
from customers import masking
from customers.alike import LABELS, SAID, Alike, alike, for_review, record_of
from customers.matching.compare import NEAR
from customers.models import (
    Consent,
    ContactMedium,
    Customer,
    DuplicateCase,
    MatchRun,
    Merge,
    Party,
)
from customers.processes.deduplicate import (
    dismiss,
    effect_of,
    merge_agreed,
    merge_parties,
    reopen,
    unmerge_parties,
)
from customers.processes.deduplicate.merge import CUSTOMER_CHOICES, PARTY_CHOICES

DECIDE = "customers.match_customers"
_PAGE = 50
_MOST_POINTS = 30
_REACHED = ("mobile", "phone", "email", "address")
_NAMED = ("given_name", "family_name", "birth_date")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records of a pair."""

    party: Party
    customer: Customer | None
    clear: bool

    @property
    def name(self) -> str:
        return self.party.name if self.clear else masking.name(self.party.name, "")

    @property
    def label(self) -> str:
        return self.customer.number if self.customer else _("No customer yet")


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


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody recorded who looks like the one being typed."""

    one: Alike
    reasons: str
    likely: bool

    @property
    def customer_id(self) -> int | None:
        return self.one.customer_id


@dataclass(slots=True)
class Pair:
    """A case as its page shows it."""

    case: DuplicateCase
    main: Side
    other: Side
    fields: list[Field] = field(default_factory=list)
    why: list[Why] = field(default_factory=list)


def may_decide_count(actor: Actor) -> int:
    """How many pairs wait; counted to a limit that a badge can show."""
    return DuplicateCase.objects.visible_to(actor).open()[:1001].count()


navigation.register(
    "customers:duplicates",
    label=gettext_lazy("Duplicates"),
    icon="git-merge",
    section="stewardship",
    order=10,
    permission=DECIDE,
    count=may_decide_count,
)


@login_required
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs that a person should decide, surest first; decided ones are kept to look at."""
    actor = _allowed(request)
    state = request.GET.get("state", DuplicateCase.State.OPEN)
    if state not in DuplicateCase.State.values:
        state = DuplicateCase.State.OPEN
    cases = DuplicateCase.objects.visible_to(actor).filter(state=state)
    rows = list(
        _after(cases, request.GET.get("after", "")).select_related("left", "right")[: _PAGE + 1]
    )
    more = f"{rows[_PAGE - 1].score}-{rows[_PAGE - 1].pk}" if len(rows) > _PAGE else ""
    sides = _sides(rows[:_PAGE], actor)
    heads = [_("Score"), _("Record"), _("May be the same as"), _("What agrees"), _("Found")]
    context = {
        "rows": [_listed(case, sides) for case in rows[:_PAGE]],
        "heads": [{"label": head} for head in heads],
        "state": state,
        "states": DuplicateCase.State.choices,
        "more": more,
        "sure": cases.filter(sure=True)[:1001].count() if state == "open" else 0,
        "run": MatchRun.objects.order_by("-pk").first(),
        "merges": _newest_merges(actor),
        "may_merge": actor.has_perm("customers.merge_records"),
    }
    return render_page(request, "customers/duplicates.html", context)


def _after(cases: "QuerySet[DuplicateCase]", mark: str) -> "QuerySet[DuplicateCase]":
    score, _dash, pk = mark.partition("-")
    if score.isdecimal() and pk.isdecimal():
        cases = cases.filter(Q(score__lt=int(score)) | Q(score=int(score), pk__gt=int(pk)))
    return cases.order_by("-score", "pk")


def _listed(case: DuplicateCase, sides: dict[int, Side]) -> dict[str, Any]:
    agreeing = [LABELS[one["key"]] for one in case.reasons if one["level"] >= NEAR]
    return {
        "case": case,
        "left": sides[case.left_id],
        "right": sides[case.right_id],
        "agrees": ", ".join(str(label) for label in agreeing[:4]),
        "url": reverse("customers:duplicate", args=[case.public_id]),
    }


def _sides(cases: list[DuplicateCase], actor: Actor) -> dict[int, Side]:
    parties = {party.pk: party for case in cases for party in (case.left, case.right)}
    clear = actor.has_perm(masking.PERMISSION)
    customers = Customer.objects.filter(party__in=parties.values()).order_by("removed_at", "-pk")
    by_party = {one.party_id: one for one in customers}
    return {pk: Side(party, by_party.get(pk), clear) for pk, party in parties.items()}


def _newest_merges(actor: Actor) -> "QuerySet[Merge]":
    merges = Merge.objects.select_related("survivor", "merged").order_by("-pk")
    return merges[:5] if actor.has_perm("customers.merge_records") else merges.none()


@login_required
@require_GET
def duplicate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One pair side by side: what each record says, why they look alike, what a merge would do."""
    actor = _allowed(request)
    require(actor, masking.PERMISSION)
    case = _case(actor, public_id)
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
        "merge": merge,
        "effect": effect,
        "gone": bool(case.left.removed_at or case.right.removed_at) and merge is None,
        "neighbours": _neighbours(case, actor),
        "last": _undoable(request, actor),
    }
    return render_page(request, "customers/duplicate.html", context)


def _pair(case: DuplicateCase, actor: Actor, *, main: str) -> Pair:
    sides = _sides([case], actor)
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
    found = []
    for mine, theirs, name in rows:
        one, other = getattr(mine, name), getattr(theirs, name)
        if not one and not other:
            continue
        reason = said.get(name)
        found.append(
            Field(
                label=mine._meta.get_field(name).verbose_name,
                mine=_shown(one),
                theirs=_shown(other),
                key=name,
                take_theirs=not one,
                said=SAID[reason["level"]] if reason else _alike(one, other),
                tone=_tone(reason["bits"]) if reason else "",
                points=_signed(reason["bits"]) if reason else "",
                my_source=mine.source,
                their_source=theirs.source,
            )
        )
    return found


def _shown(value: Any) -> Any:
    return date_format(value, "j M Y") if hasattr(value, "isoformat") else value


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
    return " · ".join(media.values_list("value", flat=True)[:3])


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
    actor = _allowed(request)
    case = _case(actor, public_id)
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
    actor = _allowed(request)
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
    actor = _allowed(request)
    case = _case(actor, public_id)
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
    actor = _allowed(request)
    case = reopen(case_id=_case(actor, public_id).pk, actor=actor)
    return redirect_to(request, reverse("customers:duplicate", args=[case.public_id]))


@login_required
@require_POST
def merge_many(request: HttpRequest) -> HttpResponse:
    """Merge the chosen pairs now, or every sure pair in the background."""
    actor = _allowed(request)
    require(actor, "customers.merge_records")
    if "sure" in request.POST:
        _send("customers.tasks.merge_sure_pairs", actor)
        say(request, _("Sure pairs are being merged. Each merge can be undone on its own."))
        return redirect_to(request, reverse("customers:duplicates"))
    chosen = [one for one in request.POST.getlist("case") if one.isdecimal()]
    batch = merge_agreed(case_ids=[int(one) for one in chosen[:_PAGE]], actor=actor)
    say(
        request,
        _("%(merged)d merged, %(left)d left for a person.")
        % {"merged": batch.merged, "left": len(batch.left)},
    )
    return redirect_to(request, reverse("customers:duplicates"))


@login_required
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Search the base for duplicates in the background."""
    actor = _allowed(request)
    _send("customers.tasks.search_for_duplicates", actor)
    say(request, _("The search runs. Pairs appear here as they are found."))
    return redirect_to(request, reverse("customers:duplicates"))


def _send(task: str, actor: Actor) -> None:
    try:
        current_app.send_task(task, args=[actor.pk])
    except OperationalError:
        # The broker is away; a search runs each night anyway, a batch can be asked for again.
        return


@login_required
@require_POST
def while_typing(request: HttpRequest) -> HttpResponse:
    """Who looks like the person being typed: a fragment of the page that records."""
    actor = signed_in(request)
    require(actor, "customers.record_customer")
    require(actor, "customers.view_customer")
    return render_page(request, "customers/_alike.html", {"alike": alike_rows(actor, request.POST)})


def alike_rows(actor: Actor, given: Mapping[str, Any]) -> list[Typed]:
    """Who looks like the person being typed; names and numbers stay out of addresses and logs."""
    if not masking.sees_people(actor):
        return []
    business = given.get("type") == Customer.Type.BUSINESS
    kind = Party.Kind.ORGANIZATION if business else Party.Kind.INDIVIDUAL
    media: list[tuple[str, str, dict[str, str]]] = [
        (name, str(given[name]), {}) for name in _REACHED if given.get(name)
    ]
    fields = {name: str(given.get(name, ""))[:250] for name in _NAMED}
    record = record_of(kind, {**fields, "name": given.get("trading_name", "")}, media, ())
    found = alike(record, kind, actor)[:5]
    if found:
        record_access(
            actor=actor, action="search", subject="customer",
            ids=[one.customer_id for one in found if one.customer_id], purpose="service",
            detail="alike",
        )  # fmt: skip
    return [_typed(one) for one in found]


def _typed(one: Alike) -> Typed:
    reasons = ", ".join(
        f"{LABELS[reason.key]}: {SAID[reason.level]}".lower() for reason in one.reasons[:3]
    )
    return Typed(one, reasons.capitalize(), for_review(one))


def _allowed(request: HttpRequest) -> Actor:
    actor = signed_in(request)
    require(actor, DECIDE)
    return actor


def _case(actor: Actor, public_id: UUID) -> DuplicateCase:
    seen = DuplicateCase.objects.visible_to(actor).select_related("left", "right")
    return get_object_or_404(seen, public_id=public_id)


urlpatterns = [
    path("customers/alike", while_typing, name="alike"),
    path("duplicates/", duplicates, name="duplicates"),
    path("duplicates/search", search, name="search_duplicates"),
    path("duplicates/merge", merge_many, name="merge_many"),
    path("duplicates/<uuid:public_id>/", duplicate, name="duplicate"),
    path("duplicates/<uuid:public_id>/merge", merge, name="merge"),
    path("duplicates/<uuid:public_id>/not-the-same", not_the_same, name="not_the_same"),
    path("duplicates/<uuid:public_id>/reopen", reopen_duplicate, name="reopen_duplicate"),
    path("merges/<uuid:public_id>/undo", unmerge, name="unmerge"),
]
