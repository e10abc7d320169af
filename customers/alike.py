"""Who in the base is like somebody: candidates by key, with score and a reason per attribute."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm import sql
from crm.access import Actor
from customers.contact_points import written
from customers.folding import fold
from customers.matching import addresses
from customers.matching.compare import ALIKE, DIFFERS, FEATURES, NEAR, SAME, levels
from customers.matching.explain import Reason, reasons
from customers.matching.keys import keys
from customers.matching.pairs import MATCH, REVIEW
from customers.matching.table import table_of
from customers.matching.weights import Model, believed
from customers.models import MatchRun, Party

# Nobody looks through more while they type; whoever shares most keys comes first.
_REACH, _MOST = 100, 12
_MINUTE = 60.0
_LIKELIER = 10
# What is alike enough to be worth a look while somebody types: a name alone, or a phone alone.
_WORTH_A_LOOK = 9.0
ROLES = (
    "given_name", "family_name", "middle_name", "birth_date", "national_id", "phone", "phone_2",
    "email", "email_2", "street", "locality", "postcode",
)  # fmt: skip
_PLAIN_EMAIL = re.compile(r"[\w+-]+(?:\.[\w+-]+)*@(?:[\w-]+\.)+\w+", re.ASCII)
_ADDRESS = {"street": "street1", "locality": "city", "postcode": "postCode"}
LABELS: dict[str, str | Promise] = {
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "middle_name": _("Middle name"),
    "birth_date": _("Born"),
    "national_id": _("Identity document"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "house_number": _("House number"),
    "street": _("Street"),
    "place": _("Place"),
    "gender": _("Gender"),
}
SAID: dict[int, str | Promise] = {
    SAME: _("Same"),
    NEAR: _("Nearly the same"),
    ALIKE: _("Alike"),
    DIFFERS: _("Different"),
}


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody recorded who may be the same: how likely, and why; out of sight, without a name."""

    party_id: int
    customer_id: int | None
    number: str
    name: str
    score: int
    worth: float
    reasons: tuple[Reason, ...]

    @property
    def sure(self) -> bool:
        return self.score >= round(100 * MATCH)


def record_of(
    kind: str, fields: Mapping[str, Any], media: Iterable[Sequence[Any]], documents: Iterable[str]
) -> dict[str, str]:
    """A party as the matcher reads it: role → value."""
    record: dict[str, str] = {}
    if kind == Party.Kind.ORGANIZATION:
        record["family_name"] = str(fields.get("name") or fields.get("trading_name") or "")
    else:
        for role in ("given_name", "family_name", "middle_name"):
            record[role] = str(fields.get(role) or "")
        record["birth_date"] = str(fields.get("birth_date") or "")
    for document in documents:
        record.setdefault("national_id", document)
    for medium in media:
        _add_medium(record, *medium)
    return record


def _add_medium(record: dict[str, str], kind: str, value: str, parts: Mapping[str, Any]) -> None:
    role = {"mobile": "phone", "phone": "phone", "email": "email"}.get(kind)
    if role:
        record["%s_2" % role if role in record else role] = value  # noqa: UP031  # the second column of a role
    elif kind == "address" and "street" not in record:
        told = {role: str((parts or {}).get(key) or "") for role, key in _ADDRESS.items()}
        if not all(told.values()):
            read = addresses.parts(value)
            told = {role: text or read[role] for role, text in told.items()}
        record.update(told)


def alike(
    record: Mapping[str, str], kind: str, actor: Actor, *, other_than: int = 0
) -> list[Alike]:
    """Who is recorded and looks like this record, likeliest first."""
    wanted = keys(record)
    if not wanted:
        return []
    asked = {
        "keys": wanted,
        "reached": _reached(record),
        "named": _named(record),
        "kind": kind,
        "except": other_than,
        "reach": _REACH,
        "limit": _MOST,
        "everyone": actor.has_perm("customers.view_all_customers"),
        "teams": list(actor.teams),
        "documented": bool(record.get("national_id")),
    }
    rows = sql.often("customers/alike.sql", asked)
    return _judged(record, rows) if rows else []


def _reached(record: Mapping[str, str]) -> list[str]:
    """Numbers and addresses in the spelling in which contact points stand."""
    kinds = {"phone": "mobile", "phone_2": "mobile", "email": "email", "email_2": "email"}
    spelled = (_spelled(kind, record[role]) for role, kind in kinds.items() if record.get(role))
    return [one for one in spelled if one]


def _spelled(kind: str, value: str) -> str:
    if kind == "email" and _PLAIN_EMAIL.fullmatch(value):
        # What the long way comes to, at a tenth of its price.
        return value.casefold()
    return written(kind, value, region=settings.CRM_REGION).normalised


def _named(record: Mapping[str, str]) -> list[str]:
    """Both names as the search box keeps them side by side."""
    given, family = fold(record.get("given_name", "")), fold(record.get("family_name", ""))
    return [f"&{given} {family}"[:80]] if given and family else []


def _judged(record: Mapping[str, str], rows: list[dict[str, Any]]) -> list[Alike]:
    others = [
        record_of(row["kind"], row, orjson.loads(row["media"] or "[]"), row["documents"] or ())
        for row in rows
    ]
    table = table_of([record, *others], ROLES)
    model = current_model()
    right = np.arange(1, len(rows) + 1)
    left = np.zeros(len(rows), np.int64)
    agreed = levels(table, model.features, left, right)
    bits = model.totals(agreed)
    near = np.flatnonzero(bits - model.start >= _WORTH_A_LOOK)
    said = reasons(model, table, left[near], right[near], agreed[near], rare=False)
    found = [
        _alike(rows[at], float(bits[at]), model, why)
        for at, why in zip(near.tolist(), said, strict=True)
    ]
    found.sort(key=lambda one: (-one.worth, one.party_id))
    return found


def _alike(row: Mapping[str, Any], bits: float, model: Model, why: Sequence[Reason]) -> Alike:
    hidden = row["hidden"]
    return Alike(
        party_id=row["id"],
        customer_id=None if hidden else row["customer_id"],
        number="" if hidden else row["number"] or "",
        name="" if hidden else row["customer_name"] or row["name"],
        score=score(bits),
        worth=bits - model.start,
        reasons=tuple(why),
    )


def score(bits: float) -> int:
    """The chance of being one person, of a hundred; never quite certain."""
    chance = 1 / (1 + 2 ** -max(min(bits, 40.0), -40.0))
    return min(round(100 * chance), 99)


def for_review(one: Alike) -> bool:
    return one.score >= round(100 * REVIEW)


def as_json(said: Iterable[Reason]) -> list[dict[str, Any]]:
    """Reasons to be kept with a case: no values, those stand in the records."""
    return [{"key": one.key, "level": one.level, "bits": round(one.bits, 1)} for one in said]


def current_model() -> Model:
    """The weights that the last search of the base learnt, else what is believed; kept a minute."""
    return _model_of_minute(int(time.monotonic() // _MINUTE))


@lru_cache(maxsize=1)
def _model_of_minute(_minute: int) -> Model:
    newest = MatchRun.objects.exclude(model={}).order_by("-pk").values_list("pk", flat=True).first()
    return _model(newest, _size())


def forget_model() -> None:
    """Ask for the weights anew (a search has learnt better ones, and tests)."""
    _model_of_minute.cache_clear()
    _model.cache_clear()


def _size() -> int:
    """About how many parties there are, to the next power of two."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = 'customers_party'::regclass"
        )
        (rows,) = cursor.fetchone() or (0,)
    return 1 << max(int(rows), 1_000).bit_length()


@lru_cache(maxsize=8)
def _model(run_id: int | None, size: int) -> Model:
    model = believed(list(FEATURES), size)
    if run_id is not None:
        usual = model.prior
        model.take_over(MatchRun.objects.get(pk=run_id).model)
        # A base of few records that were mostly duplicates says little of the next one.
        model.prior = min(model.prior, usual * _LIKELIER)
    return model
