"""The words by which a new customer is found: what `search_tokens.sql` writes, word for word.

An import of many new customers makes them here, where nothing old needs to be compared; a test
holds both to the same answer.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from customers.folding import fold

_BETWEEN = re.compile(r"[\s.,;:/\\|()\[\]{}\"_+*&@#-]+")
_DIGIT = re.compile("[0-9]")
_LONGEST = 80
_NAMES = ("name", "given_name", "middle_name", "family_name", "preferred_name", "trading_name")

Word = tuple[str, str]
"""A kind and a folded word."""


def of_new_customer(
    *,
    number: str,
    name: str,
    party: Mapping[str, Any],
    codes: Iterable[tuple[str, str]],
    media: Iterable[Mapping[str, str]],
) -> set[Word]:
    """Every (kind, word) of one customer; `codes` are kind and value of accounts, ids, services."""
    found: set[Word] = set()
    _names(found, name, party)
    for kind, value in (("number", number), *codes):
        _code(found, kind, fold(value))
    for medium in media:
        _medium(found, medium)
    return {(kind, word[:_LONGEST]) for kind, word in found if word}


def _names(found: set[Word], name: str, party: Mapping[str, Any]) -> None:
    told = " ".join(filter(None, map(party.get, _NAMES)))
    parts = _parts(fold(name))
    if told != name:
        parts += _parts(fold(told))
    words = list(dict.fromkeys(parts))
    found.update(("name", word) for word in words)
    if len(words) > 1:
        plain = [word for word in words if not _DIGIT.search(word)]
        found.update(("pair", f"&{one} {two}") for one in plain for two in plain if one != two)


def _code(found: set[Word], kind: str, folded: str) -> None:
    parts = _parts(folded)
    whole = "".join(parts)
    found.add((kind, whole))
    found.add(("tail", "<" + whole[::-1]))
    if whole != folded:
        found.update((kind, part) for part in parts)


def _medium(found: set[Word], medium: Mapping[str, str]) -> None:
    if medium["type"] == "email":
        found.add(("email", fold(medium["normalised"] or medium["value"])))
    elif medium["type"] == "address":
        found.update(("address", part) for part in _parts(fold(medium["value"])))
    if medium["reversed_digits"]:
        found.add(("phone", medium["reversed_digits"][::-1]))
        found.add(("phonetail", "<" + medium["reversed_digits"]))


def _parts(folded: str) -> list[str]:
    if folded.isalnum():
        return [folded]
    return [part for part in _BETWEEN.split(folded) if part]
