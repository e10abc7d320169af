"""Replay case files of schema `sla-cases/1`: what the clock computes for each case."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import NoneType
from typing import Any, Final

from interactions.clock.calendar import Calendar
from interactions.clock.events import ANY_REASON, Event, Kind, Metric, Mode, Target, kind_of
from interactions.clock.fold import FoldError, fold
from interactions.clock.hours import CalendarError
from interactions.clock.instants import read_instant, write_instant
from interactions.clock.view import ClockView, State

SCHEMA: Final = "sla-cases/1"

# The calendar that counts every second is there whether a file writes it out or not.
_ELAPSED: Final = "ELAPSED"
_WHEN: Final = ("at_utc", "occurred_at_utc", "occurred_at", "at", "at_local")

Result = dict[str, object]


class ReplayError(ValueError):
    """A case file that cannot be replayed, said in one sentence."""


def replay(document: object) -> Iterator[Result]:
    """One result per case, in file order; a case that cannot be read gives `id` and `error`.

    What the file expects is never looked at.
    """
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        raise ReplayError(f"this is not a case file: its schema is not {SCHEMA}")
    cases, written = document.get("cases"), document.get("calendars") or {}
    if not isinstance(cases, list) or not isinstance(written, Mapping):
        raise ReplayError("a case file has an object of calendars and a list of cases")
    try:
        calendars = {
            str(name): Calendar.from_dict(config, name=str(name))
            for name, config in {_ELAPSED: {"always": True}, **written}.items()
        }
    except CalendarError as problem:
        raise ReplayError(f"a calendar of the file cannot be read: {problem}") from None
    return (_result(case, calendars) for case in cases)


def _result(case: object, calendars: Mapping[str, Calendar]) -> Result:
    if not isinstance(case, Mapping):
        return {"id": None, "error": "a case is an object"}
    try:
        return _replayed(case, dict(calendars))
    except OverflowError:
        return {"id": case.get("id"), "error": "the case reaches beyond the year 9999"}
    except (CalendarError, FoldError, ReplayError, KeyError, TypeError, ValueError) as problem:
        return {"id": case.get("id"), "error": str(problem)}


def _replayed(case: Mapping[str, Any], calendars: dict[str, Calendar]) -> Result:
    target = _target(case, calendars)
    events = _events(case, calendars)
    latest = max((event.occurred_at for event in events), default=0)
    written = case.get("as_of_utc") or case.get("as_of")
    as_of = latest if written is None else read_instant(str(written))
    whole = fold(events, target, calendars=calendars, now=max(as_of, latest))
    then = whole if whole.now == as_of else fold(events, target, calendars=calendars, now=as_of)
    result: Result = {
        "id": case.get("id"),
        "due_at_utc": _written(whole.due_at),
        "breach_at_utc": _written(whole.breach_at),
        "stopped_at_utc": _written(whole.stopped_at),
        "outcome": whole.outcome,
        "state_as_of": then.state.value,
        "consumed_seconds_as_of": then.consumed,
        "remaining_seconds_as_of": then.remaining,
        "effective_target_seconds": whole.effective_target,
    }
    if (percents := case.get("stages")) is not None:
        result["stage_at_utc"] = _stages(whole, percents)
    return result


def _stages(view: ClockView, percents: Any) -> dict[str, str | None]:
    if not isinstance(percents, list) or not all(_is_whole(one, least=1) for one in percents):
        raise ReplayError("stages are a list of whole percentages from 1")
    if view.state is State.NOT_STARTED:
        return {str(percent): None for percent in percents}
    return {str(percent): _written(view.stage_at(int(percent))) for percent in percents}


def _is_whole(written: Any, *, least: int) -> bool:
    """A whole number, however it is written: 50, 50.0 or "50"."""
    if isinstance(written, bool):
        return False
    if isinstance(written, str):
        return written.isascii() and written.isdigit() and int(written) >= least
    return isinstance(written, int | float) and written == written // 1 and written >= least


def _target(case: Mapping[str, Any], calendars: dict[str, Calendar]) -> Target:
    metric = _metric(case)
    written = case.get("target_seconds", case.get("target"))
    if written is None:
        raise ReplayError("the case has no target_seconds")
    if not _is_whole(written, least=0):
        raise ReplayError(f"target_seconds {written!r} is no whole number of seconds")
    calendar = _calendar_name(case.get("calendar"), calendars)
    if calendar is None:
        raise ReplayError("the case names no calendar")
    pausable = case.get("pausable", metric is Metric.RESOLUTION)
    if isinstance(pausable, list | tuple):
        pauses = frozenset(str(reason) for reason in pausable)
    else:
        pauses = frozenset({ANY_REASON}) if pausable else frozenset()
    restart = str(case.get("reopen") or case.get("reopen_mode") or "").lower() == Mode.RESTART
    return Target(
        metric=metric,
        seconds=int(written),
        calendar=calendar,
        pauses=pauses,
        reopen=Mode.RESTART if restart else Mode.CARRY,
    )


def _metric(case: Mapping[str, Any]) -> Metric:
    written = str(case.get("metric") or "").lower().replace("-", "_")
    try:
        return Metric(written)
    except ValueError:
        raise ReplayError(f"metric {written!r} is none of {', '.join(Metric)}") from None


def _events(case: Mapping[str, Any], calendars: dict[str, Calendar]) -> list[Event]:
    written = case.get("events")
    if not isinstance(written, list | NoneType):
        raise ReplayError("events are a list")
    written = written or []
    events = [_event(row, index, calendars) for index, row in enumerate(written)]
    ordered = sorted(events, key=lambda event: (event.occurred_at, event.seq))
    # One resume may end several pauses, and the fold keeps one event of each seq.
    return [replace(event, seq=seq) for seq, event in enumerate(_paired(ordered))]


def _event(row: object, index: int, calendars: dict[str, Calendar]) -> Event:
    if not isinstance(row, Mapping):
        raise ReplayError(f"event {index + 1} is not an object")
    written = next((row[key] for key in _WHEN if row.get(key)), None)
    if written is None:
        raise ReplayError(f"event {index + 1} has no at_utc")
    kind = str(row.get("type") or row.get("event") or "")
    recorded = row.get("recorded_at_utc") or row.get("recorded_at")
    actor = row.get("actor") or row.get("by") or ""
    if isinstance(actor, Mapping):
        actor = actor.get("kind") or actor.get("type") or ""
    return Event(
        seq=index,
        type=kind,
        at=read_instant(str(written)),
        recorded_at=None if recorded is None else read_instant(str(recorded)),
        actor_kind=str(actor).lower(),
        by=str(actor),
        data=_data(kind_of(kind), row.get("data"), calendars),
    )


def _data(kind: Kind | None, written: Any, calendars: dict[str, Calendar]) -> dict[str, Any]:
    """Bring the shapes in which case files write event data to the one the fold reads."""
    data = dict(written) if isinstance(written, Mapping) else {}
    if kind is Kind.RETARGETED:
        if isinstance(written, int | float) and not isinstance(written, bool):
            data["target"] = written
        data["calendar"] = _calendar_name(data.get("calendar"), calendars)
        seconds = data.get("target", data.get("target_seconds", data.get("new_target")))
        data["target"] = seconds
        data.pop("policy_version", None)
    elif kind is Kind.CALENDAR_VERSION:
        data["calendar"] = _calendar_name(written, calendars)
    elif kind in {Kind.PAUSE, Kind.RESUME} and isinstance(written, str):
        data["reason"] = written
    elif kind is Kind.REOPENED and isinstance(written, str):
        data["mode"] = written
    return data


def _calendar_name(written: Any, calendars: dict[str, Calendar]) -> str | None:
    """The name of a calendar given by name, by an object that names one, or written out."""
    if written is None or written == "":
        return None
    if not isinstance(written, Mapping):
        if str(written) not in calendars:
            raise ReplayError(f"calendar {written!r} is not in the file")
        return str(written)
    if any(key in written for key in ("weekly", "always", "exceptions")):
        name = f"{written.get('name') or 'written out'} #{len(calendars)}"
        calendars[name] = Calendar.from_dict(written, name=name)
        return name
    keys = ("calendar", "name", "to", "new", "calendar_version", "version", "id")
    for key in keys:
        if written.get(key) is not None and (
            isinstance(written[key], Mapping) or str(written[key]) in calendars
        ):
            return _calendar_name(written[key], calendars)
    named = next((str(written[key]) for key in keys if written.get(key) is not None), "")
    raise ReplayError(f"calendar {named!r} is not in the file")


def _paired(events: list[Event]) -> Iterator[Event]:
    """Give every pause and the resume that ends it one id.

    Case files pair them by reason, by order or not at all. A resume ends the oldest pause of its
    reason, else the oldest pause; when too few resumes follow, it ends all that are open.
    """
    open_pauses: list[tuple[str, str]] = []
    resumes_left = sum(kind_of(event.type) is Kind.RESUME for event in events)
    for event in events:
        kind = kind_of(event.type)
        key = _pause_key(event)
        if kind is Kind.PAUSE:
            if _is_internal(key):
                continue
            if any(key == known for known, _ in open_pauses) and resumes_left <= len(open_pauses):
                continue
            open_pauses.append((key, f"{key or 'pause'} {event.seq}"))
            yield _with_pause_id(event, open_pauses[-1][1])
        elif kind is Kind.RESUME:
            if not _is_internal(key):
                for pause in _ended_by(key, open_pauses, resumes_left):
                    open_pauses.remove(pause)
                    yield _with_pause_id(event, pause[1])
            resumes_left -= 1
        else:
            yield event


def _pause_key(event: Event) -> str:
    keys = ("pause_id", "reason_class", "reason")
    return next((str(event.data[key]) for key in keys if event.data.get(key)), "")


def _ended_by(
    key: str, open_pauses: list[tuple[str, str]], resumes_left: int
) -> list[tuple[str, str]]:
    same = [pause for pause in open_pauses if key and pause[0] == key]
    if same:
        return same[:1]
    return open_pauses[:1] if resumes_left >= len(open_pauses) else list(open_pauses)


def _with_pause_id(event: Event, pause_id: str) -> Event:
    return replace(event, data={**event.data, "pause_id": pause_id})


def _is_internal(reason: str) -> bool:
    """Waiting for ourselves never stops a clock."""
    return "internal" in reason.lower()


def _written(at: int | None) -> str | None:
    return None if at is None else write_instant(at)
