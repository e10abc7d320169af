"""Shapes of JSON values: one declaration checks what comes in and writes the OpenAPI schema."""

import math
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

Schema = dict[str, Any]
Problem = tuple[str, str]
_MOMENT = re.compile(
    r"^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?)?$", re.ASCII
)
# The largest whole number whose neighbours a float can tell from it: what is beyond is seen to be.
_BIG = 2**53 - 1


def moment(text: str) -> datetime:
    """A date-time as partners write it, aware; raises ValueError."""
    if not _MOMENT.match(text):
        raise ValueError(text)
    # A leap second has no place in a timestamp column; the second before it has.
    found = datetime.fromisoformat(re.sub(r":60(?=[.Zz+-]|$)", ":59", text).upper())
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(text) from error


class Shape:
    """What a JSON value may look like."""

    def schema(self) -> Schema:
        raise NotImplementedError

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        raise NotImplementedError

    def named(self) -> "dict[str, Obj]":
        """The object shapes inside, by the name of their schema."""
        return {}

    def merging(self) -> "Shape":
        """What a merge patch may bring for such a value."""
        return self


@dataclass(frozen=True, slots=True)
class Text(Shape):
    max_length: int | None = 2000
    min_length: int = 0
    form: str = ""

    def schema(self) -> Schema:
        least = {"minLength": self.min_length} if self.min_length else {}
        form = {"format": self.form} if self.form else {}
        most = {"maxLength": self.max_length} if self.max_length else {}
        return {"type": "string", **most, **least, **form}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield path, _("must be a text")
        elif self.max_length and len(value) > self.max_length:
            yield path, _("is longer than %(most)d characters") % {"most": self.max_length}
        elif len(value) < self.min_length:
            yield path, _("must not be empty")


@dataclass(frozen=True, slots=True)
class Base64(Shape):
    """Bytes of any kind in a text, as long as the body may be."""

    def schema(self) -> Schema:
        return {"type": "string", "format": "byte"}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        try:
            b64decode(value, validate=True)
        except (TypeError, ValueError):
            yield path, _("must be base64")


@dataclass(frozen=True, slots=True)
class Choice(Shape):
    """A closed list of words."""

    words: tuple[str, ...]

    def schema(self) -> Schema:
        return {"type": "string", "enum": list(self.words)}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if value not in self.words:
            yield path, _("must be one of %(words)s") % {"words": ", ".join(self.words)}


@dataclass(frozen=True, slots=True)
class Moment(Shape):
    """A date-time of RFC 3339; a plain date is taken as its first instant."""

    def schema(self) -> Schema:
        return {"type": "string", "format": "date-time"}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        try:
            moment(value)
        except (TypeError, ValueError, OverflowError):
            yield path, _("must be a date-time such as 2026-03-29T01:30:00Z")


@dataclass(frozen=True, slots=True)
class Number(Shape):
    whole: bool = False
    least: int = -_BIG

    def schema(self) -> Schema:
        kind = "integer" if self.whole else "number"
        return {"type": kind, "minimum": self.least, "maximum": _BIG}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or abs(value) > _BIG:
            yield path, _("must be a number")
        elif value < self.least:
            yield path, _("must be at least %(least)d") % {"least": self.least}
        elif self.whole and value != int(value):
            yield path, _("must be a whole number")


@dataclass(frozen=True, slots=True)
class Flag(Shape):
    def schema(self) -> Schema:
        return {"type": "boolean"}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, bool):
            yield path, _("must be true or false")


@dataclass(frozen=True, slots=True)
class Anything(Shape):
    """Any JSON value, kept as it is."""

    def schema(self) -> Schema:
        return {}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        return iter(())


@dataclass(frozen=True, slots=True)
class Obj(Shape):
    """An object; attributes it does not name are kept too."""

    name: str
    attributes: Mapping[str, Shape]
    required: tuple[str, ...] = ()

    def schema(self) -> Schema:
        return {"$ref": f"#/components/schemas/{self.name}"}

    def full_schema(self) -> Schema:
        required = {"required": list(self.required)} if self.required else {}
        properties = {name: shape.schema() for name, shape in self.attributes.items()}
        return {"type": "object", "properties": properties, **required}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield path, _("must be an object")
            return
        for name in self.required:
            if name not in value:
                yield f"{path}.{name}", _("is required")
        for name, inner in value.items():
            if shape := self.attributes.get(name):
                yield from shape.problems(inner, f"{path}.{name}")

    def merging(self) -> "Obj":
        """A part of the object: what is there stays, null takes away what need not be there."""
        parts = {name: shape.merging() for name, shape in self.attributes.items()}
        free = {name: Nullable(part) for name, part in parts.items() if name not in self.required}
        return Obj(f"{self.name}_Merge", parts | free)

    def named(self) -> "dict[str, Obj]":
        found = {self.name: self}
        for shape in self.attributes.values():
            found |= shape.named()
        return found


@dataclass(frozen=True, slots=True)
class Nullable(Shape):
    """A value, or null in its place."""

    inner: Shape

    def schema(self) -> Schema:
        schema = self.inner.schema()
        if "$ref" in schema:
            return {"allOf": [schema], "nullable": True}
        # A list of values holds for null too.
        values = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
        return {**schema, **values, "nullable": True}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        return iter(()) if value is None else self.inner.problems(value, path)

    def named(self) -> dict[str, Obj]:
        return self.inner.named()


@dataclass(frozen=True, slots=True)
class Many(Shape):
    """A list of one shape."""

    item: Shape
    most: int = 200
    least: int = 0

    def schema(self) -> Schema:
        least = {"minItems": self.least} if self.least else {}
        return {"type": "array", "items": self.item.schema(), "maxItems": self.most, **least}

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield path, _("must be a list")
        elif not self.least <= len(value) <= self.most:
            yield (
                path,
                _("must hold %(least)d to %(most)d entries")
                % {
                    "least": self.least,
                    "most": self.most,
                },
            )
        else:
            for number, inner in enumerate(value):
                yield from self.item.problems(inner, f"{path}[{number}]")

    def named(self) -> dict[str, Obj]:
        return self.item.named()


TEXT = Text()
MOMENT = Moment()
_POLYMORPHIC: dict[str, Shape] = {"@baseType": TEXT, "@schemaLocation": TEXT, "@type": TEXT}


def obj(title: str, /, *required: str, **attributes: Shape) -> Obj:
    """An object shape with the polymorphic attributes every TMF object carries."""
    return Obj(title, {**attributes, **_POLYMORPHIC}, required)


def ref(title: str, /, *required: str, **attributes: Shape) -> Obj:
    """A reference to an entity: id, href, name and what it refers to."""
    common = {"id": TEXT, "href": TEXT, "name": TEXT, "@referredType": TEXT}
    return Obj(title, {**common, **attributes, **_POLYMORPHIC}, required)


PERIOD = Obj("TimePeriod", {"startDateTime": MOMENT, "endDateTime": MOMENT})
QUANTITY = Obj("Quantity", {"amount": Number(), "units": TEXT})
RELATED_PARTY = ref("RelatedParty", "id", role=TEXT)
CHARACTERISTIC = obj("Characteristic", "name", "value", name=TEXT, valueType=TEXT, value=Anything())
MEDIUM_PARTS = obj(
    "MediumCharacteristic",
    **dict.fromkeys(
        (
            "city",
            "contactType",
            "country",
            "emailAddress",
            "faxNumber",
            "phoneNumber",
            "postCode",
            "socialNetworkId",
            "stateOrProvince",
            "street1",
            "street2",
        ),
        Text(320),
    ),
)
ATTACHMENT = ref(
    "AttachmentRefOrValue",
    attachmentType=TEXT,
    content=Base64(),
    description=TEXT,
    mimeType=TEXT,
    url=TEXT,
    size=QUANTITY,
    validFor=PERIOD,
)
EXTERNAL_REFERENCE = obj("ExternalReference", externalReferenceType=TEXT, name=TEXT)
NOTE = obj("Note", id=TEXT, author=TEXT, date=MOMENT, text=Text(20_000))


@dataclass(frozen=True, slots=True)
class Media:
    """How a contact medium is written; TMF629 asks for more of it than TMF632."""

    title: str = "ContactMedium"
    required: tuple[str, ...] = ()

    def shape(self) -> Obj:
        return obj(
            self.title,
            *self.required,
            mediumType=Text(60),
            preferred=Flag(),
            characteristic=MEDIUM_PARTS,
            validFor=PERIOD,
        )
