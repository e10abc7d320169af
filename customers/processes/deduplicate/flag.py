"""At entry: whoever is recorded is compared with whom we know, once, whoever else is typing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from django.utils.translation import gettext as _

from crm import sql
from crm.access import Actor
from crm.errors import RuleBroken
from customers.alike import Alike, alike, as_json, for_review, record_of
from customers.matching.keys import keys
from customers.models import DuplicateCase, Party

LOOKS_ALIKE = "looks-alike"
# At least so likely, and a batch may merge it.
SURE = 99


def look_for(
    *,
    kind: str,
    record: Mapping[str, str],
    if_alike: str,
    not_the_same: str,
    actor: Actor,
) -> list[Alike]:
    """Who is like somebody about to be recorded; whoever records the same waits for us.

    With `if_alike` “refuse” a likeness must be answered with a reason; “flag” lets it pass.
    """
    wanted = keys(record)
    if not wanted:
        return []
    sql.rows("customers/keys_lock.sql", {"keys": wanted})
    found = alike(record, kind, actor)
    if found and if_alike == "refuse" and not not_the_same:
        raise RuleBroken(
            LOOKS_ALIKE,
            _("Somebody recorded looks the same. Choose them, or say why this is somebody else."),
            field="not_the_same",
            details={"candidates": [_candidate(one) for one in found]},
        )
    return found


def _candidate(one: Alike) -> dict[str, Any]:
    return {"party": one.party_id, "customer": one.customer_id, "score": one.score}


def flag(party: Party, found: Sequence[Alike], *, source: str, note: str = "") -> None:
    """Keep the likely ones as cases for a person."""
    likely = [one for one in found if for_review(one)]
    if likely:
        keep_cases(
            [(party.pk, one.party_id, one.score, as_json(one.reasons)) for one in likely],
            source=source,
            note=note,
        )


def keep_cases(
    pairs: Sequence[tuple[int, int, int, list[dict[str, Any]]]], *, source: str, note: str = ""
) -> int:
    """Open a case for each pair that has none; what a person decided stays. Says how many."""
    asked: dict[str, Any] = {
        "left": [min(one, other) for one, other, _score, _why in pairs],
        "right": [max(one, other) for one, other, _score, _why in pairs],
        "score": [score for _one, _other, score, _why in pairs],
        "sure": [score >= SURE for _one, _other, score, _why in pairs],
        "reasons": [orjson.dumps(why).decode() for _one, _other, _score, why in pairs],
        "source": source,
        "note": note[:300],
    }
    rows = sql.rows("customers/duplicate_cases.sql", asked)
    return sum(row["fresh"] for row in rows)


def keep_keys(records: Mapping[int, Mapping[str, str]]) -> None:
    """Bring the keys of these parties up to date."""
    pairs = [(party, key) for party, record in records.items() for key in keys(record)]
    asked = {
        "parties": [party for party, _key in pairs],
        "keys": [key for _party, key in pairs],
        "of": list(records),
    }
    sql.rows("customers/match_keys.sql", asked)


def keep_keys_of(party: Party) -> None:
    """The same for one party as it stands in the database."""
    media = party.contact_media.current().order_by("pk")
    documents = party.identifiers.filter(kind="document", valid_to=None).order_by("pk")
    record = record_of(
        party.kind,
        {name: getattr(party, name) for name in _READ},
        media.values_list("type", "value", "characteristic"),
        documents.values_list("value", flat=True),
    )
    keep_keys({party.pk: record})


_READ = ("name", "given_name", "middle_name", "family_name", "birth_date", "trading_name")


def as_record(
    kind: str,
    fields: Mapping[str, Any],
    contact_media: Iterable[Mapping[str, Any]],
    identifiers: Iterable[Mapping[str, Any]],
) -> dict[str, str]:
    """A party about to be recorded as the matcher reads it."""
    media = [
        (str(one["type"]), str(one.get("value", "")), one.get("characteristic") or {})
        for one in contact_media
        if not one.get("valid_to")
    ]
    documents = [str(one["value"]) for one in identifiers if one.get("kind") == "document"]
    return record_of(kind, fields, media, documents)


def source_of(if_alike: str) -> str:
    return DuplicateCase.Source.ENTRY if if_alike == "refuse" else DuplicateCase.Source.API
