"""Invented people who live together, move, and are written down more than once with slips."""

import random
from collections.abc import Iterator
from typing import TypeVar

Person = dict[str, str]
T = TypeVar("T")
_ONSETS = (
    "b",
    "br",
    "c",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "w",
)
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ee")
_CODAS = ("n", "r", "l", "s", "t", "ck", "m", "")
_STREETS = ("street", "road", "place", "crescent", "close", "avenue")
FIELDS = (
    "rec_id", "given_name", "surname", "street_number", "address_1", "suburb", "postcode",
    "date_of_birth", "soc_sec_id", "phone", "email",
)  # fmt: skip


def _word(chance: random.Random, syllables: int) -> str:
    return "".join(
        chance.choice(_ONSETS) + chance.choice(_VOWELS) + (chance.choice(_CODAS) if last else "")
        for last in ([False] * (syllables - 1) + [True])
    )


def _common(chance: random.Random, words: list[T]) -> T:
    """Some words are far more common than others."""
    return words[int(len(words) * chance.random() ** 2.2)]


def people(originals: int, *, seed: int = 1) -> Iterator[Person]:
    """Households of one to four: one family name, one address, everybody with an own birthday."""
    chance = random.Random(seed)
    given = [_word(chance, 2) for _ in range(max(200, originals // 100))]
    family = [_word(chance, 2) for _ in range(max(400, originals // 12))]
    towns = [(_word(chance, 3), f"{chance.randint(1000, 9999)}") for _ in range(60)]
    towns += [(_word(chance, 3), f"{chance.randint(1000, 9999)}") for _ in range(originals // 200)]
    streets = [
        f"{_word(chance, 2)} {chance.choice(_STREETS)}" for _ in range(max(80, originals // 20))
    ]
    made = 0
    while made < originals:
        surname, (suburb, postcode) = _common(chance, family), _common(chance, towns)
        home = {
            "street_number": str(chance.randint(1, 250)),
            "address_1": _common(chance, streets),
            "suburb": suburb,
            "postcode": postcode,
        }
        for _ in range(min(chance.choice((1, 1, 2, 2, 3, 4)), originals - made)):
            name = _common(chance, given)
            month, day = chance.randint(1, 12), chance.randint(1, 28)
            born = f"{chance.randint(1930, 2007)}{month:02d}{day:02d}"
            yield {
                "rec_id": f"rec-{made}-org",
                "given_name": name,
                "surname": surname if chance.random() < 0.9 else _common(chance, family),
                **home,
                "date_of_birth": born,
                "soc_sec_id": f"{chance.randint(1_000_000, 9_999_999)}",
                "phone": f"07700 9{chance.randint(0, 99_999):05d}" if chance.random() < 0.7 else "",
                "email": f"{name}.{surname}{born[2:4]}@example.com"
                if chance.random() < 0.5
                else "",
            }
            made += 1


def written_twice(
    originals: int, *, share: float = 0.3, most: int = 3, seed: int = 1
) -> tuple[list[Person], set[frozenset[str]]]:
    """All of them, some several times with slips, and which pairs are one person."""
    chance = random.Random(seed + 1)
    rows: list[Person] = []
    one: set[frozenset[str]] = set()
    for person in people(originals, seed=seed):
        same = [person]
        if chance.random() < share:
            for number in range(chance.randint(1, most)):
                copy = _with_slips(chance, person)
                copy["rec_id"] = person["rec_id"].replace("org", f"dup-{number}")
                same.append(copy)
        one |= {
            frozenset((a["rec_id"], b["rec_id"]))
            for at, a in enumerate(same)
            for b in same[at + 1 :]
        }
        rows += same
    chance.shuffle(rows)
    return rows, one


def _with_slips(chance: random.Random, person: Person) -> Person:
    copy = dict(person)
    for _ in range(chance.randint(1, 4)):
        field = chance.choice(FIELDS[1:])
        slip = chance.random()
        if slip < 0.2:
            copy[field] = ""
        elif slip < 0.3:
            copy["given_name"], copy["surname"] = copy["surname"], copy["given_name"]
        elif copy[field]:
            copy[field] = _typo(chance, copy[field])
    return copy


def _typo(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text))
    other = chance.choice("0123456789" if text[at].isdigit() else "abcdefghijklmnoprstuvwy")
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + other + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
    return text[:at] + other + text[at + 1 :]
