"""Draw households and companies: who lives where, together with whom, since when."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import cos, pi

from customers.generation import words

_HOUSEHOLD_SIZES = (1, 1, 1, 2, 2, 2, 3, 4)
_LANGUAGES = ("en",) * 17 + ("cy", "pl", "de")


@dataclass(slots=True)
class Person:
    """One invented party that is a customer."""

    given: str
    family: str
    birth: date | None
    gender: str
    language: str
    company: str = ""


@dataclass(slots=True)
class Home:
    """People at one address, or one company; the first pays."""

    street: str
    town: str
    postcode: str
    since: datetime
    for_now: timedelta = timedelta()
    people: list[Person] = field(default_factory=list)

    @property
    def months(self) -> int:
        """Whole months with us, at least one."""
        return max(1, self.for_now.days // 30)


def homes(dice: random.Random, customers: int, now: datetime) -> Iterator[Home]:
    """Enough homes for that many customers, in the order they joined us."""
    starts = sorted(_joined(dice, now) for _ in range(customers))
    made = 0
    while made < customers:
        home = _home(dice, starts[made])
        company = dice.random() < 0.08  # noqa: PLR2004  # the share of companies
        home.for_now = now - home.since
        size = 1 if company else min(dice.choice(_HOUSEHOLD_SIZES), customers - made)
        family = dice.choice(words.FAMILY).replace("-", " ")
        home.people = [_company(dice, family)] if company else _family(dice, family, size, now)
        made += size
        yield home


def _joined(dice: random.Random, now: datetime) -> datetime:
    """More join in autumn than in spring, and more lately than long ago."""
    while True:
        days = int(dice.random() ** 1.4 * 3650) + 1
        moment = now - timedelta(days=days, seconds=dice.randrange(86_400))
        season = 1 + 0.35 * cos(2 * pi * (moment.timetuple().tm_yday - 300) / 365)
        if dice.random() < season / 1.35:
            return moment


def _home(dice: random.Random, since: datetime) -> Home:
    town, area = dice.choice(words.TOWNS)
    letters = "".join(dice.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
    street = f"{dice.randint(1, 180)} {dice.choice(words.STREETS).strip()}"
    return Home(street, town, f"{area} {dice.randint(1, 9)}{letters}", since)


def _company(dice: random.Random, family: str) -> Person:
    name = f"{family} {dice.choice(words.TRADES)} {dice.choice(words.FORMS)}"
    return Person("", "", None, "", "en", company=name)


def _family(dice: random.Random, family: str, size: int, now: datetime) -> list[Person]:
    language = dice.choice(_LANGUAGES)
    oldest = dice.randint(19, 88)
    people = []
    given = dice.sample(words.GIVEN, size)
    for place in range(size):
        # A partner of about the same age, then children old enough to hold a line.
        age = oldest if place == 0 else max(16, oldest + dice.randint(-5, 4) - (place > 1) * 27)
        birth = (now - timedelta(days=int(age * 365.25) + dice.randrange(365))).date()
        own = family if place != 1 or dice.random() < 0.7 else dice.choice(words.FAMILY)  # noqa: PLR2004  # a share of the made-up people
        people.append(
            Person(
                given[place],
                own.replace("-", " "),
                birth,
                dice.choice(("female", "male")),
                language,
            )
        )
    return people
