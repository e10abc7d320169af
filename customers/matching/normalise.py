"""One spelling for each value before it is compared."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from customers.folding import compact, fold, words

_DIGITS = re.compile(r"\D+")
_NUMBERS = re.compile(r"\d+")
_NOTHING = frozenset(
    {"", "na", "nan", "null", "none", "nil", "unknown", "unk", "notgiven", "missing", "tbd", "xxx"}
)
# Cyrillic and Greek by the letters they are commonly written with in Latin.
_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэіїўґ", "abvgdeziiklmnoprstufyeiiug", strict=True))
    | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": ""}
    | {"ь": "", "ю": "yu", "я": "ya", "є": "ye", "ђ": "d", "ј": "j", "љ": "lj", "њ": "nj"}
    | dict(zip("αβγδεζηικλμνξοπρστυφωσ", "avgdeziiklmnxoprstyfos", strict=True))
    | {"θ": "th", "χ": "ch", "ψ": "ps", "ς": "s"}
)
_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "mme", "jr", "sr"}
)
_STREETS = {
    "str": "street", "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "pl": "place",
    "cr": "crescent", "cres": "crescent", "dr": "drive", "drv": "drive", "ln": "lane",
    "ct": "court", "crt": "court", "cl": "close", "tce": "terrace", "pde": "parade",
    "blvd": "boulevard", "hwy": "highway", "cct": "circuit", "sq": "square", "strasse": "street",
    "gr": "grove", "gdns": "gardens", "wy": "way",
}  # fmt: skip
# Names and birthdays come again and again; so many are known by heart.
_REMEMBERED = 50_000
_SHORT_YEAR, _CENTURY = 2, 1900
_DATE_DIGITS = 8
_MONTHS = 12


@lru_cache(maxsize=_REMEMBERED)
def name(value: str) -> str:
    """A name's letters, folded, in one script."""
    said = [word for word in words(value) if word not in _TITLES] or words(value)
    return _known(_in_latin(" ".join(said)))


def street(value: str) -> str:
    """The words of a street with the usual abbreviations written out."""
    said = words(_in_latin(fold(value)))
    return _known(" ".join([_STREETS.get(word, word) for word in said]))


def _in_latin(folded: str) -> str:
    return folded if folded.isascii() else folded.translate(_LATIN)


def code(value: str) -> str:
    """A number or code without what stands between its characters."""
    return _known(compact(value))


def house(value: str) -> str:
    return _known(compact(value).lstrip("0"))


def phone(value: str) -> str:
    """The significant end of a number: trunk zero and country code are written by some only."""
    digits = _DIGITS.sub("", value)
    return digits[-9:].lstrip("0") if len(digits) > 4 else ""  # noqa: PLR2004  # shorter is no number


def email(value: str) -> str:
    said = fold(value.strip())
    return said if "@" in said else ""


def gender(value: str) -> str:
    said = compact(value)
    return {"w": "f", "female": "f", "woman": "f", "male": "m", "man": "m"}.get(said, said)[:1]


@lru_cache(maxsize=_REMEMBERED)
def birth_date(value: str, *, month_first: bool = False) -> str:
    """Year, month and day as eight digits, from any usual notation; else its digits as given."""
    parts = _NUMBERS.findall(value)
    digits = "".join(parts)
    if len(parts) >= 3:  # noqa: PLR2004  # three parts make a date
        return _from_parts(parts, month_first=month_first)
    month = _month(value)
    if month and len(parts) == 2:  # noqa: PLR2004  # 3 May 1990  # only the century is guessed from it
        day, year = sorted(parts, key=len)
        return f"{_year(year)}{month}{day.zfill(2)}"
    if len(digits) == _DATE_DIGITS and not _plausible(digits):
        turned = digits[4:] + digits[2:4] + digits[:2]
        return turned if _plausible(turned) else digits
    return digits[:_DATE_DIGITS] if len(digits) >= 4 else ""  # noqa: PLR2004  # a year at least


def _from_parts(parts: list[str], *, month_first: bool) -> str:
    first, second, third = parts[:3]
    if len(first) > _SHORT_YEAR:
        return first[:4] + second.zfill(2)[:2] + third.zfill(2)[:2]
    month, day = (first, second) if month_first else (second, first)
    return f"{_year(third[:4])}{month.zfill(2)[:2]}{day.zfill(2)[:2]}"


def writes_month_first(values: Iterable[str]) -> bool:
    """Whether dates of a column begin with the month: seen by days beyond the twelfth."""
    votes = 0
    for value in values:
        parts = _NUMBERS.findall(value)
        if len(parts) >= 3 and len(parts[0]) <= _SHORT_YEAR:  # noqa: PLR2004  # a date in parts
            votes += (int(parts[1]) > _MONTHS) - (int(parts[0]) > _MONTHS)
    return votes > 0


def _year(value: str) -> str:
    if len(value) > _SHORT_YEAR:
        return value
    century = _CENTURY if int(value) > date.today().year % 100 else _CENTURY + 100  # noqa: DTZ011  # only the century is guessed from it
    return str(century + int(value))


def _month(value: str) -> str:
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    for word in words(value):
        if word[:3] in months:
            return f"{months.index(word[:3]) + 1:02d}"
    return ""


def _plausible(digits: str) -> bool:
    try:
        said = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return said.year > _CENTURY - 50


def _known(value: str) -> str:
    return "" if value.replace(" ", "") in _NOTHING else value


BY_ROLE: dict[str, Callable[[str], str]] = {
    "given_name": name,
    "family_name": name,
    "middle_name": name,
    "full_name": name,
    "birth_date": birth_date,
    "house_number": house,
    "street": street,
    "street_more": street,
    "locality": name,
    "postcode": code,
    "region": name,
    "national_id": code,
    "phone": phone,
    "email": email,
    "gender": gender,
}


@lru_cache(maxsize=_REMEMBERED)
def phonetic(value: str) -> str:
    """How a name sounds, roughly: first letter and the classes of the consonants after it."""
    letters = value.replace(" ", "")
    if not letters.isascii():
        return letters[:3]
    for spelled, sound in (("ph", "f"), ("ck", "k"), ("kn", "n"), ("wr", "r"), ("gh", "g")):
        letters = letters.replace(spelled, sound)
    classes = [_CLASSES.get(letter, "") for letter in letters]
    out = _FIRST.get(letters[:1], letters[:1])
    last = classes[0] if classes else ""
    for one in classes[1:]:
        if one and one != last:
            out += one
        last = one
    return out[:4]


_CLASSES = {
    letter: sound
    for sound, group in {
        "1": "bfpv", "2": "cgjkqsxz", "3": "dt", "4": "l", "5": "mn", "6": "r",
    }.items()
    for letter in group
}  # fmt: skip
_FIRST = {"k": "c", "q": "c", "z": "s", "y": "i", "e": "i", "j": "g"}
