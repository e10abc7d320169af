"""Schemas of a resource: whole, in part, to create and to change."""

from crm.tmf.resource import Attribute, Resource
from crm.tmf.schema.parts import ID, Json


def _shape(one: Attribute, *, nullable: bool = False) -> Json:
    schema = one.shape.schema()
    if not nullable:
        return schema
    return (
        {"allOf": [schema], "nullable": True} if "$ref" in schema else {**schema, "nullable": True}
    )


def schemas(resource: Resource) -> Json:
    title = resource.title
    own = {"id": ID, "href": {"type": "string", "format": "uri"}}
    writable = [one for one in resource.attributes if one.writable]
    full = {**own, **{one.name: _shape(one) for one in resource.attributes}}
    always = [one.name for one in resource.attributes if one.always]
    found: Json = {
        title: {"type": "object", "properties": full, "required": ["id", "href", *always]},
        f"{title}_Partial": {"type": "object", "properties": full, "required": ["id", "href"]},
        f"{title}_Create": {
            "type": "object",
            "properties": {one.name: _shape(one) for one in writable},
            "required": [one.name for one in writable if one.required],
        },
        f"{title}_Update": {
            "type": "object",
            "description": "A merge patch (RFC 7396): null removes an attribute.",
            "properties": {
                one.name: _shape(one, nullable=not one.required and not one.always)
                for one in writable
            },
        },
    }
    for one in resource.attributes:
        found |= {name: shape.full_schema() for name, shape in one.shape.named().items()}
    return found


_POINTER: Json = {"type": "string", "pattern": "^(/.*)?$"}


def _operation(ops: list[str], **more: Json) -> Json:
    return {
        "type": "object",
        "required": ["op", "path", *more],
        "properties": {"op": {"type": "string", "enum": ops}, "path": _POINTER, **more},
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
