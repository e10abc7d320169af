"""The keys under which a record is looked up: what records of one person are likely to share."""

from collections.abc import Iterator, Mapping

from customers.matching import normalise

_LONGEST = 80
Record = Mapping[str, str]


def keys(record: Record) -> list[str]:
    """Every key of one record, role → value as written; sorted, so that locks have one order."""
    return sorted({key[:_LONGEST] for key in _keys(record)})


def _keys(record: Record) -> Iterator[str]:
    given = normalise.name(record.get("given_name", ""))
    family = normalise.name(record.get("family_name", ""))
    born = normalise.birth_date(record.get("birth_date", ""))
    sounds = sorted(filter(None, (normalise.phonetic(given), normalise.phonetic(family))))
    if given and family:
        yield "n:" + "|".join(sounds)
    elif family or given:
        # An organisation, or somebody known by one name: as it is written.
        yield "o:" + (family or given).replace(" ", "")
    if born:
        yield from (f"b:{born}{name[0]}" for name in (given, family) if name)
    for role, value in record.items():
        kind = role.rstrip("_0123456789")
        if kind == "phone" and (number := normalise.phone(value)):
            yield "p:" + number
        elif kind == "email" and (address := normalise.email(value)):
            yield "e:" + address
        elif kind == "national_id" and (code := normalise.code(value)):
            yield "i:" + code
