"""Find a customer by whatever somebody knows: a name in any order, part of a number, a typo."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase
from typing import Any
from uuid import UUID

from django.conf import settings

from crm import sql
from crm.access import Actor
from customers import masking
from customers.contact_points import number_beginnings
from customers.folding import compact, fold, words
from customers.models import ContactMedium

_PEOPLE = ("name", "pair", "email", "phone", "phonetail", "address")
_CODES = ("number", "account", "service", "id", "tail")
_LEAST_TAIL = 4
_LEAST_TYPO = 4
_MOST_PARTS = 6
# However common a word is, no more of its customers than this are looked at.
_REACH = 20_000
_NUMBER = re.compile(r"[+\d\s().\-/]+")


@dataclass(frozen=True, slots=True)
class Found:
    """One customer, and the word that found them; no more columns than a hit shows."""

    customer_id: int
    public_id: UUID
    number: str
    name: str
    type: str
    kind: str
    token: str
    near: bool = False


def towns_of(customer_ids: Sequence[int]) -> dict[int, str]:
    """Where each of them lives, by town: enough to tell namesakes apart, too little to visit."""
    addresses = ContactMedium.objects.current().filter(
        type=ContactMedium.Type.ADDRESS,
        party__relationships__in=customer_ids,
        characteristic__city__gt="",
    )
    towns = addresses.order_by("preferred", "-pk").values_list(
        "party__relationships", "characteristic__city"
    )
    return {customer: str(town) for customer, town in towns}


def find_customers(actor: Actor, text: str, limit: int) -> list[Found]:
    """At most `limit` customers the actor may see, best first.

    Whoever may not see people finds them by number only: a masked value must not be confirmable
    by searching for it. The caller records the look.
    """
    if not actor.has_perm("customers.view_customer"):
        return []
    asked = _Asked(actor, limit)
    parts = list(dict.fromkeys(words(text)))[:_MOST_PARTS]
    if not parts or len(compact(text)) < 2:  # noqa: PLR2004  # one letter finds everybody
        return []
    if _NUMBER.fullmatch(text):
        return asked.codes(text)
    if "@" in text:
        return asked.begins([fold(text.strip())[:80]])
    if len(parts) == 1:
        found = asked.codes(text)
    else:
        found = asked.pair(parts) or asked.parts(parts) or asked.codes(text)
    return found or asked.near(parts)


@dataclass(frozen=True, slots=True)
class _Asked:
    actor: Actor
    limit: int

    def codes(self, text: str) -> list[Found]:
        """By how a word or number begins, or ends; a phone number in any notation."""
        said = compact(text)
        leads = [said]
        if _NUMBER.fullmatch(text):
            region = settings.CRM_REGION
            leads += [one for one in number_beginnings(said, region=region) if one != said]
        if len(said) >= _LEAST_TAIL:
            national = said.lstrip("0") if said.isdecimal() else said
            leads += [f"<{said[::-1]}", f"<{national[::-1]}"]
        return self.begins([lead for lead in dict.fromkeys(leads) if lead])

    def pair(self, parts: list[str]) -> list[Found]:
        """By two parts of a name, the second perhaps not typed to its end, beside any others."""
        if not masking.sees_people(self.actor):
            return []
        for one, other in pairwise(parts):
            rest = [part for part in parts if part not in (one, other)]
            if found := self._found(self._begin([f"&{one} {other}"], rest)):
                return found
        return []

    def begins(self, leads: list[str]) -> list[Found]:
        return self._found(self._begin(leads, []))

    def parts(self, parts: list[str]) -> list[Found]:
        """By several words in any order, each perhaps not typed to its end."""
        lead, *others = sorted(parts, key=len, reverse=True)
        more = {"lead": lead, "spellings": [], "others": others, "reach": _REACH}
        return self._found(sql.rows("customers/search_parts.sql", self._asked(more)))

    def near(self, parts: list[str]) -> list[Found]:
        """By a name one slip of the finger away from one of the parts."""
        if not masking.sees_people(self.actor):
            return []
        unsure = [
            (sorted(set(_slips(part))), [other for other in parts if other != part])
            for part in sorted(parts, key=len, reverse=True)
            if len(part) >= _LEAST_TYPO and part.isalpha()
        ]
        # A common name costs no more than a rare one by pairs, but some have one part and a town.
        return next(filter(None, map(self._near_pair, unsure)), []) or next(
            filter(None, map(self._near, unsure)), []
        )

    def _near_pair(self, unsure: tuple[list[str], list[str]]) -> list[Found]:
        """Beside one of the other parts by pairs of a name: the longest of all may be a town."""
        spellings, others = unsure
        for beside in sorted(others, key=len, reverse=True):
            leads = [f"&{spelling} {beside}" for spelling in spellings]
            rest = [other for other in others if other != beside]
            if found := self._found(self._begin(leads, rest), near=True):
                return found
        return []

    def _near(self, unsure: tuple[list[str], list[str]]) -> list[Found]:
        spellings, others = unsure
        more = {"lead": "", "spellings": spellings, "others": others, "reach": _REACH}
        return self._found(sql.rows("customers/search_parts.sql", self._asked(more)), near=True)

    def _begin(self, leads: list[str], others: list[str]) -> list[dict[str, Any]]:
        more = {"leads": leads, "others": others, "reach": self.limit * 4}
        return sql.often("customers/search_begins.sql", self._asked(more))

    def _asked(self, more: dict[str, Any]) -> dict[str, Any]:
        return more | {
            "kinds": [*_CODES, *_PEOPLE] if masking.sees_people(self.actor) else list(_CODES),
            "everyone": self.actor.has_perm("customers.view_all_customers"),
            "teams": list(self.actor.teams),
            "limit": self.limit * 4,
        }

    def _found(self, rows: list[dict[str, Any]], *, near: bool = False) -> list[Found]:
        hits: dict[int, Found] = {}
        for row in rows:
            hits.setdefault(row["customer_id"], Found(**row, near=near))
        return list(hits.values())[: self.limit]


def _slips(word: str) -> Iterator[str]:
    """Every spelling one slip away: a letter less, swapped, another or more."""
    letters = ascii_lowercase
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in letters)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in letters)
