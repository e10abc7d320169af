"""Monitor Process Capabilities: what each process has in place, what to watch, and what is not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import Actor, require
from readiness.models import (
    AcceptanceCondition,
    CapabilitySlot,
    CapabilityVersion,
    Procedure,
    ProcedureVersion,
    ProcessElement,
    Stage,
    Waiver,
)
from readiness.registry import measures, slots, supports
from readiness.registry.supports import Stand, Support

ETOM = "1.3.1"

State = CapabilityVersion.State
READY, WATCH, NOT_READY, NOT_KEPT = "g", "a", "x", ""
_WORSE = {NOT_KEPT: 0, READY: 1, WATCH: 2, NOT_READY: 3}

COLUMNS: dict[str, str | Promise] = {
    "information": gettext_lazy("Information"),
    "scripts": gettext_lazy("Scripts"),
    "systems": gettext_lazy("Systems"),
    "skills": gettext_lazy("Skills"),
    "procedures": gettext_lazy("Procedures"),
    "policies": gettext_lazy("Policies"),
    "inventories": gettext_lazy("Inventories"),
    "metrics": gettext_lazy("Metrics"),
}
# Where a slot stands on the board, by the beginning of its key; everything else is a policy.
_COLUMN_OF = {
    "channel.": "systems",
    "intake.": "systems",
    "archive.store": "systems",
    "dedupe.": "systems",
    "identity.": "systems",
    "segment.": "systems",
    "jeopardy.": "systems",
    "partner.": "systems",
    "insight.": "information",
    "order.information": "information",
    "notify.template": "scripts",
    "contact_plan": "scripts",
    "solution_set": "scripts",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """How one capability stands: a state of the board, two words and a sentence."""

    slot: CapabilitySlot
    state: str
    why: str
    sentence: str
    serving: CapabilityVersion | None
    column: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A support beside the software, as it stands now."""

    support: Support
    stand: Stand

    @property
    def state(self) -> str:
        return NOT_READY if self.stand.stops else WATCH if self.stand.why else READY


@dataclass(frozen=True, slots=True)
class Cell:
    """One process and one kind of support; the slot that decides how it stands."""

    column: str
    state: str
    why: str = ""
    slot_key: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One process element across the board."""

    number: str
    name: str
    cells: list[Cell]

    def counted(self, state: str) -> int:
        return sum(cell.state == state for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Board:
    """Every process some capability, support or measure is declared for."""

    lines: list[Line]
    conditions: list[Condition] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    def counted(self, state: str) -> int:
        return sum(line.counted(state) for line in self.lines)

    def standing(self, state: str) -> list[Condition]:
        return [condition for condition in self.conditions if condition.state == state]

    def supports(self, state: str) -> list[Judged]:
        return [one for one in self.judged if one.state == state]


def board(*, actor: Actor) -> Board:
    """The readiness board, computed from what is declared and what really serves."""
    require(actor, "readiness.view_capabilityversion")
    found, judged = conditions(), supporting()
    watched = {number for measure in measures.declared() for number in measure.processes}
    numbers = watched.union(
        *(condition.slot.processes for condition in found),
        *(one.support.processes for one in judged),
    )
    names = dict(ProcessElement.objects.values_list("number", "name"))
    written = _procedures()
    lines = [
        Line(number, names.get(number, number), list(_cells(number, [*found, *judged], written)))
        for number in sorted(numbers, key=_in_order)
    ]
    return Board(lines, found, judged)


def supporting(process: str = "") -> list[Judged]:
    """What stands beside the software, judged by the apps that own it: for one process or all."""
    with supports.judging():
        return [
            Judged(one, one.judge())
            for one in supports.declared()
            if not process or process in one.processes
        ]


def count_of_stopped() -> int:
    """How many declared capabilities serve nobody."""
    return sum(condition.state == NOT_READY for condition in conditions())


def conditions() -> list[Condition]:
    """How every declared capability stands now."""
    declared = {slot.key: slot for slot in slots.declared()}
    rows = CapabilitySlot.objects.filter(key__in=declared).prefetch_related(
        Prefetch("versions", CapabilityVersion.objects.order_by("-number"))
    )
    shares = dict(
        Stage.objects.filter(entered_at__isnull=False, exited_at=None).values_list(
            "introduction__version_id", "percent"
        )
    )
    owed = _owed()
    return [_condition(row, declared[row.key], shares, owed) for row in rows]


def _condition(
    row: CapabilitySlot, declared: slots.Slot, shares: Mapping[int, Decimal], owed: dict[int, str]
) -> Condition:
    versions = list(row.versions.all())
    general = next((v for v in versions if v.state == State.GENERAL_AVAILABILITY), None)
    pilot = next((v for v in versions if v.state == State.PILOT), None)
    state, why, sentence = READY, "", ""
    if general is None:
        held = next((v for v in versions if v.state == State.SUSPENDED), None)
        state = WATCH if pilot else NOT_READY
        why = _("held") if held else _("off")
        note = held.state_note if held else ""
        sentence = note or _("No accepted version is in general use.")
    elif pilot is not None:
        share = shares.get(pilot.pk, Decimal(0))
        state, why = WATCH, _("pilot %(n)s%%") % {"n": f"{share.normalize():f}"}
        sentence = _("Version %(n)d serves a share of the units.") % {"n": pilot.number}
    elif general.pk in owed:
        state, why, sentence = WATCH, _("owed"), owed[general.pk]
    elif general.re_ort_due and general.re_ort_due < timezone.localdate():
        state, why = WATCH, _("test due")
        due = date_format(general.re_ort_due, "j M Y")
        sentence = _("To be tested again since %(date)s.") % {"date": due}
    elif general.code_ref != declared.code_ref:
        state, why = WATCH, _("code changed")
        sentence = _("The code is not the one this version was accepted with.")
    return Condition(row, state, why, sentence, general or pilot, column_of(row.key))


def _owed() -> dict[int, str]:
    """Waivers in force and open conditions, by the version that leans on them."""
    found: dict[int, str] = {}
    waivers = Waiver.objects.filter(expires_at__gt=timezone.now()).select_related("result__run")
    for waiver in waivers:
        until = date_format(timezone.localtime(waiver.expires_at), "j M")
        found[waiver.result.run.version_id] = _("%(case)s is waived to %(date)s.") % {
            "case": waiver.result.title,
            "date": until,
        }
    for condition in AcceptanceCondition.objects.filter(closed_at=None).select_related(
        "acceptance"
    ):
        found[condition.acceptance.version_id] = _("Owed by %(date)s: %(text)s") % {
            "date": date_format(condition.due, "j M"),
            "text": condition.text,
        }
    return found


def _cells(
    number: str, found: Iterable[Condition | Judged], written: Mapping[str, Cell]
) -> Iterator[Cell]:
    for column in COLUMNS:
        if column == "metrics":
            yield _metrics(number)
        elif column == "procedures":
            yield written.get(number, Cell(column, NOT_KEPT))
        else:
            yield _cell(column, number, found)


def _procedures() -> dict[str, Cell]:
    """How the procedures of each process stand: one in effect for each, none past its review."""
    in_effect = Q(versions__state=ProcedureVersion.State.EFFECTIVE)
    # One of which every wording was taken out of use is asked for no longer.
    gone = (ProcedureVersion.State.WITHDRAWN, ProcedureVersion.State.SUPERSEDED)
    standing = ProcedureVersion.objects.filter(procedure=OuterRef("pk")).exclude(state__in=gone)
    kept = Procedure.objects.filter(Exists(standing) | Q(versions=None))
    counted = kept.values_list("process").annotate(
        written=Count("pk", distinct=True),
        in_effect=Count("versions", filter=in_effect),
        late=Count(
            "versions", filter=in_effect & Q(versions__review_due__lte=timezone.localdate())
        ),
    )
    found = {}
    for process, written, serving, late in counted.order_by():
        why = _("review due") if late else _("not in effect") if serving < written else ""
        found[process] = Cell("procedures", WATCH if why else READY, why)
    return found


def _cell(column: str, number: str, found: Iterable[Condition | Judged]) -> Cell:
    here = [cell for cell in map(_stated, found) if cell.column == column and number in cell.serves]
    if not here:
        return Cell(column, NOT_KEPT)
    worst = max(here, key=lambda one: _WORSE[one.state])
    alike = sum(one.state == worst.state for one in here)
    why = f"{alike} × {worst.why}" if alike > 1 and worst.why else worst.why
    return Cell(column, worst.state, why, worst.slot_key)


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a capability and a support have in common on the board."""

    column: str
    serves: tuple[str, ...]
    state: str
    why: str
    slot_key: str = ""


def _stated(one: Condition | Judged) -> _Stated:
    if isinstance(one, Judged):
        support = one.support
        return _Stated(support.column, support.processes, one.state, one.stand.why)
    return _Stated(one.column, tuple(one.slot.processes), one.state, one.why, one.slot.key)


def _metrics(number: str) -> Cell:
    kept = any(number in measure.processes for measure in measures.declared())
    return Cell("metrics", READY if kept else NOT_KEPT)


def column_of(slot_key: str) -> str:
    return next(
        (column for start, column in _COLUMN_OF.items() if slot_key.startswith(start)), "policies"
    )


def _in_order(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split(".") if part.isdecimal())
