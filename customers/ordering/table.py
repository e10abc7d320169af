"""The decision table: offering × option values × customer type × region → items.

A table has parts (identity, installation, payment …), each a decision of its own. In every part
exactly one rule hits whatever can be ordered: no rule is a gap, two are an overlap, and `check`
names the combination for either.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

TYPES = ("consumer", "business")
ELSEWHERE = "elsewhere"
_FIXED = ("offering", "type", "region")
_MOST_SAID = 5


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of information: where it is looked up, how long it stays good, where to get it."""

    key: str
    name: str
    look: str
    where: str
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """Something a customer chooses; the first value is what holds when nothing is said."""

    key: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offering:
    """Something that can be ordered, with the options it has."""

    key: str
    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: when it applies, and what is then needed, or good to have."""

    part: str
    name: str
    when: Mapping[str, frozenset[str]]
    needs: tuple[str, ...]
    optional: tuple[str, ...]
    max_age_days: int | None = None

    def accepts(self, column: str, value: str) -> bool:
        return column not in self.when or value in self.when[column]


@dataclass(frozen=True, slots=True)
class Question:
    """What is ordered, by whom, where; `options` has a value for every option of the offering."""

    offering: str
    options: Mapping[str, str]
    type: str
    region: str


@dataclass(frozen=True, slots=True)
class Needed:
    """An item the order needs, how fresh it must be, and the rules that say so."""

    item: Item
    mandatory: bool
    max_age_days: int | None
    because: tuple[str, ...]


class NotInTable(ValueError):
    """The table cannot be asked this; `field` is what is wrong, `known` what it knows."""

    def __init__(self, field: str, value: str, known: Sequence[str]) -> None:
        super().__init__(f"{value!r} is no {field} of the table: {', '.join(known)}.")
        self.field, self.value, self.known = field, value, tuple(known)


@dataclass(frozen=True, slots=True)
class Table:
    """A version's configuration, read into what it means."""

    offerings: Mapping[str, Offering]
    options: Mapping[str, Option]
    regions: tuple[str, ...]
    items: Mapping[str, Item]
    rules: tuple[Rule, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rule.part for rule in self.rules))

    def offering_of(self, said: str) -> Offering:
        """An offering by its key or its name."""
        if found := self.offerings.get(said):
            return found
        for offering in self.offerings.values():
            if offering.name.casefold() == said.strip().casefold():
                return offering
        raise NotInTable("offering", said, list(self.offerings))

    def values_of(self, offering: Offering, column: str) -> tuple[str, ...]:
        """Every value a column can have for an offering; an option it lacks stays as it is."""
        if column == "type":
            return TYPES
        if column == "region":
            return self.regions
        values = self.options[column].values
        return values if column in offering.options else values[:1]

    def question(
        self, *, offering: str, options: Mapping[str, Any], type: str, region: str
    ) -> Question:
        """What was asked, with what nobody said filled in; raises NotInTable."""
        chosen = self.offering_of(offering)
        if type not in TYPES:
            raise NotInTable("customer type", type, TYPES)
        where = region if region in self.regions else ELSEWHERE
        if where not in self.regions:
            raise NotInTable("region", region, self.regions)
        said = {plain(name): value for name, value in options.items()}
        for name in said:
            if name not in chosen.options:
                raise NotInTable("option", name, chosen.options)
        given = {
            key: self._value(self.options[key], said.get(key, self.options[key].values[0]))
            for key in chosen.options
        }
        return Question(chosen.key, given, type, where)

    def options_in(self, offering: Offering, said: Mapping[str, Any]) -> dict[str, str]:
        """Those of free characteristics that are options here; the others mean nothing here."""
        found = {}
        for name, value in said.items():
            key = plain(name)
            if key in offering.options:
                try:
                    found[key] = self._value(self.options[key], value)
                except NotInTable:
                    continue
        return found

    def _value(self, option: Option, said: Any) -> str:
        words = {True: "yes", False: "no"}
        value = words[said] if isinstance(said, bool) else str(said).strip()
        for known in option.values:
            if value.casefold() == known.casefold():
                return known
        raise NotInTable(f"value of {option.key}", value, option.values)

    def hits(self, part: str, asked: Question) -> list[Rule]:
        return [rule for rule in self.rules if rule.part == part and self._hit(rule, asked)]

    def _hit(self, rule: Rule, asked: Question) -> bool:
        given = {"offering": asked.offering, "type": asked.type, "region": asked.region}
        given |= {key: option.values[0] for key, option in self.options.items()}
        given |= asked.options
        return all(given[column] in values for column, values in rule.when.items())

    def needed(self, asked: Question) -> list[Needed]:
        """Every item of the one rule of each part; what two parts ask for, the stricter way."""
        found: dict[str, Needed] = {}
        for part in self.parts:
            for rule in self.hits(part, asked)[:1]:
                for keys, mandatory in ((rule.needs, True), (rule.optional, False)):
                    for key in keys:
                        one = self._needed(rule, key, mandatory=mandatory)
                        found[key] = stricter(found[key], one) if key in found else one
        return list(found.values())

    def _needed(self, rule: Rule, key: str, *, mandatory: bool) -> Needed:
        item = self.items[key]
        age = _least(rule.max_age_days, item.max_age_days)
        return Needed(item, mandatory, age, (f"{rule.part}: {rule.name}",))


def stricter(one: Needed, other: Needed) -> Needed:
    """The same item asked for twice: mandatory if either says so, and the shorter age."""
    return Needed(
        one.item,
        one.mandatory or other.mandatory,
        _least(one.max_age_days, other.max_age_days),
        tuple(dict.fromkeys((*one.because, *other.because))),
    )


def plain(name: str) -> str:
    """The key a name stands for: "staticIp" and "Static IP" are static_ip."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s\-]+", "_", spaced).lower()


def _least(one: int | None, other: int | None) -> int | None:
    given = [age for age in (one, other) if age is not None]
    return min(given, default=None)


def read(config: Mapping[str, Any]) -> Table:
    """The table of a configuration that was checked."""
    return Table(
        offerings={
            one["key"]: Offering(one["key"], one["name"], tuple(one.get("options", ())))
            for one in config["offerings"]
        },
        options={
            one["key"]: Option(one["key"], one["name"], tuple(one["values"]))
            for one in config["options"]
        },
        regions=tuple(config["regions"]),
        items={
            one["key"]: Item(
                one["key"], one["name"], one["look"], one["where"], one.get("max_age_days")
            )
            for one in config["items"]
        },
        rules=tuple(
            Rule(
                one["part"],
                one["name"],
                {key: frozenset(values) for key, values in (one.get("when") or {}).items()},
                tuple(one.get("needs", ())),
                tuple(one.get("optional", ())),
                one.get("max_age_days"),
            )
            for one in config["rules"]
        ),
    )


def check(config: Mapping[str, Any]) -> None:
    """Refuse, with a sentence, a table that is wrongly written, has a gap or contradicts itself."""
    try:
        table = read(config)
    except (AttributeError, KeyError, TypeError) as problem:
        raise ValueError(
            "A table has offerings (key, name, options), options (key, name, values), regions,"
            " items (key, name, look, where, max_age_days) and rules"
            f" (part, name, when, needs, optional, max_age_days): {problem}."
        ) from problem
    for name in ("offerings", "options", "items"):
        _check_keys(name, [one["key"] for one in config[name]])
    _check_words(table)
    found = [*_some(problems(table))]
    if found:
        raise ValueError(" ".join(found))


def _some(said: Iterator[str]) -> Iterator[str]:
    for number, one in enumerate(said):
        if number == _MOST_SAID:
            yield "And there are more."
            return
        yield one


def _check_keys(name: str, keys: list[str]) -> None:
    if not keys:
        raise ValueError(f"A table without {name} decides nothing.")
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands twice among the {name}.")


def _check_words(table: Table) -> None:
    for key, option in table.options.items():
        if key in _FIXED or key != plain(key):
            raise ValueError(f"An option cannot be called {key!r}: write it like static_ip.")
        if not option.values or not all(isinstance(value, str) for value in option.values):
            raise ValueError(f"The option {key} needs values, the usual one first.")
    for offering in table.offerings.values():
        _check_known(f"The offering {offering.key}", offering.options, table.options)
    if not table.regions:
        raise ValueError(f"Name at least one region; “{ELSEWHERE}” stands for every other.")
    for item in table.items.values():
        _check_age(item.name, item.max_age_days)
    for rule in table.rules:
        _check_rule(table, rule)


def _check_rule(table: Table, rule: Rule) -> None:
    said = f"The rule “{rule.part}: {rule.name}”"
    _check_known(said, (*rule.needs, *rule.optional), table.items)
    _check_age(said, rule.max_age_days)
    _check_known(said, tuple(rule.when), {*_FIXED, *table.options})
    for column, values in rule.when.items():
        known: Any = {
            "offering": table.offerings,
            "type": TYPES,
            "region": table.regions,
        }.get(column) or table.options[column].values
        _check_known(f"{said}, {column}", tuple(values), known)
        if not values:
            raise ValueError(f"{said} never applies: {column} has no value.")


def _check_known(said: str, keys: Sequence[str], known: Any) -> None:
    strange = sorted(key for key in keys if key not in known)
    if strange:
        raise ValueError(f"{said} names {', '.join(strange)}, which the table does not know.")


def _check_age(said: str, days: Any) -> None:
    whole = isinstance(days, int) and not isinstance(days, bool)
    if days is not None and not (whole and days > 0):
        raise ValueError(f"{said}: an age is a whole number of days above 0.")


def every_question(table: Table) -> Iterator[Question]:
    """Every combination that can be ordered: offerings × their options × types × regions."""
    for offering in table.offerings.values():
        values = [table.options[key].values for key in offering.options]
        for chosen in product(*values):
            for type, region in product(TYPES, table.regions):
                given = dict(zip(offering.options, chosen, strict=True))
                yield Question(offering.key, given, type, region)


def problems(table: Table) -> Iterator[str]:
    """Every combination that no rule of a part covers, and every one that two cover."""
    for part in table.parts:
        for offering in table.offerings.values():
            rules = [
                rule
                for rule in table.rules
                if rule.part == part and rule.accepts("offering", offering.key)
            ]
            yield from _Cutting(table, part, offering).problems(rules, {})


@dataclass(frozen=True, slots=True)
class _Cutting:
    """Cuts what can be ordered column by column; values all rules treat alike are one cut."""

    table: Table
    part: str
    offering: Offering

    def problems(self, rules: list[Rule], chosen: Mapping[str, str]) -> Iterator[str]:
        column = next(
            (one for one in self._columns(chosen) if any(one in r.when for r in rules)), ""
        )
        if not rules:
            yield f"No rule of “{self.part}” covers {self._named(chosen)}."
        elif column:
            for values, left in self._cuts(rules, column):
                yield from self.problems(left, {**chosen, column: " or ".join(values)})
        elif len(rules) > 1:
            names = " and ".join(f"“{rule.name}”" for rule in rules)
            yield f"{names} of “{self.part}” both cover {self._named(chosen)}."

    def _columns(self, chosen: Mapping[str, str]) -> list[str]:
        return [one for one in ("type", "region", *self.table.options) if one not in chosen]

    def _cuts(self, rules: list[Rule], column: str) -> Iterator[tuple[list[str], list[Rule]]]:
        cuts: dict[tuple[bool, ...], list[str]] = {}
        for value in self.table.values_of(self.offering, column):
            cuts.setdefault(tuple(rule.accepts(column, value) for rule in rules), []).append(value)
        for accepted, values in cuts.items():
            yield values, [rule for rule, is_in in zip(rules, accepted, strict=True) if is_in]

    def _named(self, chosen: Mapping[str, str]) -> str:
        said = ", ".join(f"{column} = {value}" for column, value in chosen.items())
        return f"{self.offering.name} with {said}" if said else self.offering.name
