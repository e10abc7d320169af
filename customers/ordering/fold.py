"""What all order events of a customer come to, whatever order they arrived in.

Every attribute has the value of the latest event that spoke of it (by its own time, then by its
id); beginnings are those of the earliest. The result depends on the set of events alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

CONTRACT: Final = "contract"
SERVICE: Final = "service"
CANCELLED: Final = frozenset({"cancelled", "rejected"})
_GONE: Final = frozenset({"delete", "cancelled", "rejected"})

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One event: when it happened by its sender's clock, and what it said in our words."""

    event_id: str
    kind: str
    at: datetime
    said: Mapping[str, Any]

    @property
    def turn(self) -> tuple[datetime, str]:
        return self.at, self.event_id


@dataclass(frozen=True, slots=True)
class Span:
    """A number of a product and the time it was theirs."""

    start: datetime
    end: datetime | None = None


@dataclass(slots=True)
class Target:
    """How the record should stand."""

    fields: dict[str, Any] = field(default_factory=dict)
    media: dict[Key, dict[str, Any]] = field(default_factory=dict)
    agreements: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    products: dict[str, dict[str, Any]] = field(default_factory=dict)
    identifiers: dict[Key, Span] = field(default_factory=dict)
    contract_at: datetime | None = None
    service_at: datetime | None = None


@dataclass(slots=True)
class OrderTarget:
    """How one order should stand."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    region: str = ""
    ordered_at: datetime | None = None
    contract_at: datetime | None = None
    service_at: datetime | None = None
    ended: str = ""


def order_target(events: Iterable[Told]) -> OrderTarget:
    """One order, from its own events."""
    target = OrderTarget()
    lines: dict[str, dict[str, Any]] = {}
    for event in _in_turn(events):
        order = event.said.get("order", {})
        target.region = order.get("region") or target.region
        target.ordered_at = _earlier(target.ordered_at, _instant(order.get("ordered_at")))
        if event.kind == CONTRACT:
            target.contract_at = _earlier(target.contract_at, event.at)
        else:
            target.service_at = _earlier(target.service_at, event.at)
        state = str(order.get("state") or "")
        target.ended = state if state in CANCELLED else ""
        for line in order.get("lines", ()):
            known = lines.setdefault(line["id"], {"id": line["id"], "offering": "", "options": {}})
            known["offering"] = line.get("offering") or known["offering"]
            known["name"] = line.get("name") or known.get("name", "")
            known["options"] = {**known["options"], **line.get("options", {})}
    target.lines = [lines[key] for key in sorted(lines)]
    return target


def target(events: Iterable[Told]) -> Target:
    """A customer's record, from all their order events."""
    found = Target()
    numbers: dict[Key, list[tuple[datetime, str]]] = {}
    for event in _in_turn(events):
        if str(event.said.get("order", {}).get("state") or "") in CANCELLED:
            # What was called off changes nothing; what it undid is another event's business.
            continue
        if event.kind == CONTRACT:
            found.contract_at = _earlier(found.contract_at, event.at)
        else:
            found.service_at = _earlier(found.service_at, event.at)
        found.fields.update(event.said.get("customer", {}).get("fields", {}))
        for medium in event.said.get("contact_media", ()):
            _add_medium(found, medium, event.at)
        _merge(found.agreements, event.said.get("agreements", ()), event.at)
        _merge(found.accounts, event.said.get("accounts", ()), event.at)
        for product in event.said.get("products", ()):
            _add_product(found, product, event.at)
            for kind, value in product.get("identifiers", ()):
                numbers.setdefault((product["id"], kind), []).append((event.at, value))
            if product.get("action") in _GONE:
                for key in [key for key in numbers if key[0] == product["id"]]:
                    numbers[key].append((event.at, ""))
    found.identifiers = _spans(numbers)
    return found


def _in_turn(events: Iterable[Told]) -> list[Told]:
    return sorted(events, key=lambda event: event.turn)


def _add_medium(found: Target, medium: Mapping[str, Any], at: datetime) -> None:
    key = (medium["type"], medium["value"], medium.get("role", ""))
    known = found.media.get(key, {"valid_from": at})
    found.media[key] = {**known, **medium}


def _merge(
    held: dict[str, dict[str, Any]], said: Iterable[Mapping[str, Any]], at: datetime
) -> None:
    for one in said:
        given = {name: value for name, value in one.items() if value not in (None, "")}
        held[one["id"]] = {"told_at": at, **held.get(one["id"], {}), **given}


def _add_product(found: Target, product: Mapping[str, Any], at: datetime) -> None:
    known = found.products.get(product["id"], {"valid_from": at, "valid_to": None})
    options = {**known.get("options", {}), **product.get("options", {})}
    given = {
        name: value
        for name, value in product.items()
        if value not in (None, "") and name not in {"identifiers", "action", "options"}
    }
    ended = at if product.get("action") in _GONE else None
    found.products[product["id"]] = {**known, **given, "options": options, "valid_to": ended}


def _spans(numbers: Mapping[Key, list[tuple[datetime, str]]]) -> dict[Key, Span]:
    """A product has one number of a kind at a time: the next one ends the one before."""
    found: dict[Key, Span] = {}
    for (_product, kind), told in numbers.items():
        for place, (start, value) in enumerate(told):
            if not value or (place and told[place - 1][1] == value):
                continue
            ends = [at for at, later in told[place + 1 :] if later != value]
            # Moved from one product to another, the later place is where it is.
            held = found.get((kind, value))
            if held is None or start >= held.start:
                found[kind, value] = Span(start, ends[0] if ends else None)
    return found


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    given = [moment for moment in (one, other) if moment is not None]
    return min(given, default=None)


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
