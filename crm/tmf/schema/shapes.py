"""Schemas of a resource: whole, in part, to create and to change."""

from crm.tmf.resource import Attribute, Resource
from crm.tmf.schema.parts import ID, Json
from crm.tmf.shapes import Nullable, Shape


def _merging(one: Attribute) -> Shape:
    part = one.shape.merging()
    return part if one.required else Nullable(part)


def schemas(resource: Resource) -> Json:
    title = resource.title
    own = {"id": ID, "href": {"type": "string", "format": "uri"}}
    writable = [one for one in resource.attributes if one.writable]
    full = {**own, **{one.name: one.shape.schema() for one in resource.attributes}}
    always = [one.name for one in resource.attributes if one.always]
    found: Json = {
        title: {"type": "object", "properties": full, "required": ["id", "href", *always]},
        f"{title}_Partial": {"type": "object", "properties": full, "required": ["id", "href"]},
        f"{title}_Create": {
            "type": "object",
            "properties": {one.name: one.shape.schema() for one in writable},
            "required": [one.name for one in writable if one.required],
        },
        f"{title}_Update": {
            "type": "object",
            "description": "A merge patch (RFC 7396): null removes an attribute.",
            "properties": {one.name: _merging(one).schema() for one in writable},
        },
    }
    for one in resource.attributes:
        named = one.shape.named() | (one.shape.merging().named() if one.writable else {})
        found |= {name: shape.full_schema() for name, shape in named.items()}
    return found


_POINTER: Json = {"type": "string", "pattern": "^(/.*)?$"}
# Not the whole: no patch may change the id and the href that it has.
_INSIDE: Json = {"type": "string", "pattern": "^/"}


def _operation(ops: list[str], **more: Json) -> Json:
    return {
        "type": "object",
        "required": ["op", "path", *more],
        "properties": {"op": {"type": "string", "enum": ops}, "path": _INSIDE, **more},
    }


PATCH: Json = {
    "type": "array",
    "description": "RFC 6902",
    "maxItems": 100,
    "items": {
        "anyOf": [
            _operation(["add", "replace", "test"], value={}),
            _operation(["remove"]),
            _operation(["move", "copy"], **{"from": _POINTER}),
        ]
    },
}
