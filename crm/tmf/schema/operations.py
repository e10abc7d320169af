"""What can be done with a resource: its collection and its items."""

from crm.tmf import paging
from crm.tmf.resource import Resource
from crm.tmf.schema.parts import ID, JSON, Json, body, ok, parameter, refusals, text_header
from crm.tmf.shapes import Anything, Many, Number, Obj


def collection(resource: Resource) -> Json:
    """GET and POST of the collection."""
    found: Json = {"get": _list(resource)}
    if resource.create:
        found["post"] = _create(resource)
    return found


def item(resource: Resource) -> Json:
    """GET, PATCH and DELETE of one."""
    found: Json = {
        "parameters": [parameter("id", ID, f"The id of the {resource.name}", "path")],
        "get": _read(resource),
    }
    if resource.update:
        found["patch"] = _patch(resource)
    if resource.remove:
        found["delete"] = _delete(resource)
    return found


def _list(resource: Resource) -> Json:
    counted = {
        "X-Total-Count": {"schema": {"type": "integer"}},
        "X-Total-Count-Precision": {"schema": {"type": "string", "enum": ["exact", "estimate"]}},
        "X-Result-Count": {"schema": {"type": "integer"}},
        "Link": text_header(),
    }
    page = {"type": "array", "items": _partial(resource)}
    return {
        "operationId": f"list{resource.title}",
        "tags": [resource.title],
        "summary": f"List or find {resource.name} objects",
        "parameters": [
            _fields(resource),
            *_paging(resource),
            *_filters(resource),
            *_headers_in("X-Purpose"),
        ],
        "responses": {**ok("200", "A page", page, counted), **refusals("501")},
    }


def _create(resource: Resource) -> Json:
    headers = {"Location": text_header(), "ETag": text_header()}
    return {
        "operationId": f"create{resource.title}",
        "tags": [resource.title],
        "summary": f"Create a {resource.name}",
        "parameters": [_fields(resource)],
        "requestBody": body({JSON: f"{resource.title}_Create"}),
        "responses": {
            **ok("201", "Created", _partial(resource), headers),
            **refusals("409", "413", "415", "422"),
        },
    }


def _read(resource: Resource) -> Json:
    return {
        "operationId": f"retrieve{resource.title}",
        "tags": [resource.title],
        "summary": f"Read a {resource.name}",
        "parameters": [_fields(resource), *_headers_in("If-None-Match", "X-Purpose")],
        "responses": {
            **ok("200", "Found", _partial(resource), {"ETag": text_header()}),
            "304": {"description": "Nothing changed"},
            **refusals("404", "501"),
        },
    }


def _patch(resource: Resource) -> Json:
    change = f"{resource.title}_Update"
    kinds = {
        JSON: change,
        "application/merge-patch+json": change,
        "application/json-patch+json": "JsonPatch",
    }
    return {
        "operationId": f"patch{resource.title}",
        "tags": [resource.title],
        "summary": f"Change a {resource.name}",
        "parameters": [_fields(resource)],
        "requestBody": body(kinds),
        "responses": {
            **ok("200", "Changed", _partial(resource), {"ETag": text_header()}),
            **refusals("404", "409", "412", "413", "415", "422"),
        },
    }


def _delete(resource: Resource) -> Json:
    return {
        "operationId": f"delete{resource.title}",
        "tags": [resource.title],
        "summary": f"Delete a {resource.name}",
        "parameters": [],
        "responses": {**ok("204", "Deleted", None), **refusals("404", "409", "412", "422")},
    }


def _partial(resource: Resource) -> Json:
    return {"$ref": f"#/components/schemas/{resource.title}_Partial"}


def _fields(resource: Resource) -> Json:
    names = ["", "none", "id", "href", *resource.by_name]
    return {
        "name": "fields",
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "description": "First-level attributes to show; id and href always.",
        "schema": {
            "type": "array",
            "items": {"type": "string", "enum": names},
        },
    }


def _filters(resource: Resource) -> list[Json]:
    plain = [one for one in resource.attributes if not isinstance(one.shape, Obj | Many | Anything)]
    said = "Equality; more values with commas. Suffixes .gt .gte .lt .lte .regex compare."
    found = [parameter(name, {"type": "string"}, said) for name in ("id", "href")]
    for one in plain:
        schema = one.shape.schema()
        if (schema["type"] == "string" and "format" not in schema) or one.cast == "text":
            schema = {"type": "string"}
        elif isinstance(one.shape, Number):
            # What is compared with may lie where no value can.
            schema = {"type": schema["type"]}
        found.append(parameter(one.name, schema, said))
    return found


def _paging(resource: Resource) -> list[Json]:
    whole = {"type": "integer", "minimum": 0, "maximum": paging.GREATEST}
    sortable = ["id", *(one.name for one in resource.attributes if not one.json)]
    words = ["", *(word for name in sortable for word in (name, f"-{name}"))]
    return [
        parameter("offset", {**whole, "default": 0}, "How many to leave out."),
        parameter(
            "limit",
            {**whole, "default": paging.DEFAULT_LIMIT},
            f"How many to show; at most {paging.MAX_LIMIT} come.",
        ),
        {
            "name": "sort",
            "in": "query",
            "required": False,
            "style": "form",
            "explode": False,
            "description": "Attributes to sort by; a minus sorts downwards.",
            "schema": {"type": "array", "items": {"type": "string", "enum": words}, "maxItems": 5},
        },
    ]


def _headers_in(*names: str) -> list[Json]:
    said = {
        "If-None-Match": "An ETag seen before: answer 304 when nothing changed.",
        "X-Purpose": "Why personal data is read; recorded in the log of views.",
    }
    return [parameter(name, {"type": "string"}, said[name], "header") for name in names]
