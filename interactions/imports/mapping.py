"""The mapping file of an interaction import: which column says what, in which spelling."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from interactions.governed.channels import CHANNELS

SCHEMA: Final = "interaction-import/1"
STATUSES: Final = ("logged", "in_progress", "completed", "closed")
NOT_RECORDED: Final = "not-recorded"
_LONGEST_SUBJECT: Final = 250


class MappingWrong(ValueError):
    """The mapping can't be used; says what to change."""


class BadRow(ValueError):
    """A row can't be read: which column, what stands there and why not."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value[:300], reason[:300]


@dataclass(frozen=True, slots=True)
class Read:
    """One row as an interaction, in plain values."""

    external_id: str
    subject: str
    opened_at: datetime
    channel: str
    status: str
    outcome: str
    reason_key: str
    region: str
    as_given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spelling:
    """A column and the ways in which its values are written."""

    column: str
    formats: Sequence[str]

    def read(self, row: Mapping[str, str]) -> datetime | None:
        """The value, None when nothing stands there."""
        text = " ".join(row[self.column].split())
        if not text:
            return None
        for written in self.formats:
            try:
                return datetime.strptime(text, written).replace(tzinfo=UTC)
            except ValueError:
                continue
        raise BadRow(self.column, text, _("Not a date or time that the mapping knows"))


@dataclass(frozen=True, slots=True)
class Choice:
    """A column whose values are translated; without a default an unknown one is a bad row."""

    column: str
    values: Mapping[str, str]
    default: str = ""

    def read(self, row: Mapping[str, str]) -> str:
        text = " ".join(row[self.column].split())
        found = self.values.get(text.casefold(), self.default)
        if not found:
            known = ", ".join(sorted(self.values))
            raise BadRow(self.column, text, _("Expected one of %(known)s") % {"known": known})
        return found


@dataclass(frozen=True, slots=True)
class RowMapping:
    """A mapping that was checked: every column it names exists in the header."""

    source: str
    external_id: str
    subject: str
    dates: Sequence[Spelling]
    time: Spelling | None
    zone: Choice | None
    usual_zone: str
    channel: Choice
    status: Choice
    outcome: Choice
    region: str
    keep: Mapping[str, str]
    reasons: Sequence[tuple[str, Sequence[str]]]
    usual_reason: str
    file: Mapping[str, Any]

    def columns(self) -> Iterator[str]:
        yield from (self.external_id, self.subject, *(one.column for one in self.dates))
        yield from (
            self.channel.column,
            self.status.column,
            self.outcome.column,
            *self.keep.values(),
        )
        for optional in (self.time, self.zone):
            if optional is not None:
                yield optional.column
        if self.region:
            yield self.region

    def read(self, row: Mapping[str, str]) -> Read:
        """One row; BadRow says what is wrong with it."""
        external_id = row[self.external_id].strip()
        if not external_id:
            raise BadRow(self.external_id, "", _("Nothing stands here, and a value is needed"))
        subject = " ".join(row[self.subject].split())
        if not subject:
            raise BadRow(self.subject, "", _("Nothing stands here, and a value is needed"))
        status = self.status.read(row)
        ended = status in {"completed", "closed"}
        return Read(
            external_id=external_id[:120],
            subject=subject[:_LONGEST_SUBJECT],
            opened_at=self._opened(row),
            channel=self.channel.read(row),
            status=status,
            outcome=self.outcome.read(row) if ended else "",
            reason_key=self._reason(subject),
            region=row[self.region][:80] if self.region else "",
            as_given={name: row[column] for name, column in self.keep.items()},
        )

    def _opened(self, row: Mapping[str, str]) -> datetime:
        said = {one.column: found.date() for one in self.dates if (found := one.read(row))}
        if not said:
            raise BadRow(self.dates[0].column, "", _("Nothing stands here, and a value is needed"))
        if len(set(said.values())) > 1:
            column = next(iter(said))
            raise BadRow(column, row[column], _("The columns name different days"))
        return self._instant(next(iter(said.values())), row)

    def _instant(self, day: date, row: Mapping[str, str]) -> datetime:
        at = self.time.read(row) if self.time else None
        zone = self.zone.read(row) if self.zone else self.usual_zone
        local = datetime.combine(day, at.time() if at else time(0), tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC)

    def _reason(self, subject: str) -> str:
        """The first reason one of whose words stands in the subject: a guess, and marked as one."""
        text = subject.casefold()
        for key, words in self.reasons:
            if any(word in text for word in words):
                return key
        return self.usual_reason


def checked(raw: Any, header: Sequence[str]) -> RowMapping:
    """A mapping that fits the file; MappingWrong says what doesn't."""
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        raise MappingWrong(_("This is no mapping: “schema” must be “%(s)s”.") % {"s": SCHEMA})
    try:
        mapping = _read(raw)
    except (KeyError, TypeError, AttributeError, IndexError) as wrong:
        raise MappingWrong(_("The mapping lacks something: %(what)s.") % {"what": wrong}) from wrong
    for column in mapping.columns():
        if column not in header:
            raise MappingWrong(_("The file has no column “%(name)s”.") % {"name": column})
    _check_values(mapping)
    return mapping


def _read(raw: Mapping[str, Any]) -> RowMapping:
    opened = raw["opened"]
    zone = opened.get("zone", {})
    return RowMapping(
        source=str(raw["source"])[:60],
        external_id=raw["external_id"]["column"],
        subject=raw["subject"]["column"],
        dates=[Spelling(one["column"], one["formats"]) for one in opened["dates"]],
        time=Spelling(**opened["time"]) if "time" in opened else None,
        zone=_choice(zone) if "column" in zone else None,
        usual_zone=zone.get("default", "UTC"),
        channel=_choice(raw["channel"]),
        status=_choice(raw["status"]),
        outcome=_choice(
            {"column": raw["status"]["column"], "map": {}, "default": NOT_RECORDED}
            | raw.get("outcome", {})
        ),
        region=raw.get("region", {}).get("column", ""),
        keep={name: one["column"] for name, one in raw.get("keep", {}).items()},
        reasons=[
            (one["key"], [w.casefold() for w in one["words"]]) for one in raw.get("reasons", ())
        ],
        usual_reason=raw.get("default_reason", ""),
        file=raw.get("file", {}),
    )


def _choice(raw: Mapping[str, Any]) -> Choice:
    values = {" ".join(key.split()).casefold(): value for key, value in raw["map"].items()}
    return Choice(raw["column"], values, raw.get("default", ""))


def _check_values(mapping: RowMapping) -> None:
    known: dict[str, tuple[Choice | None, Sequence[str]]] = {
        "channel": (mapping.channel, tuple(CHANNELS)),
        "status": (mapping.status, STATUSES),
    }
    for name, (choice, allowed) in known.items():
        for value in choice.values.values() if choice else ():
            if value not in allowed:
                raise MappingWrong(
                    _("“%(name)s” can be %(known)s, not “%(value)s”.")
                    % {"name": name, "known": ", ".join(allowed), "value": value}
                )
    for zone in (*(mapping.zone.values.values() if mapping.zone else ()), mapping.usual_zone):
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError) as wrong:
            raise MappingWrong(_("There is no time zone “%(name)s”.") % {"name": zone}) from wrong
