"""The OpenAPI document, written from the same declarations that serve the calls."""

from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.tmf import apis, callbacks, hub, paging
from crm.tmf.errors import CONTENT_TYPE
from crm.tmf.resource import Attribute, Resource
from crm.tmf.shapes import Anything, Many, Obj

Json = dict[str, Any]
JSON = "application/json"
_ID = {"type": "string", "format": "uuid"}
_SENTENCES = {
    "400": "The request is not well formed",
    "401": "A valid bearer token is missing",
    "403": "The client may not do this",
    "404": "Not there, or not for this client",
    "405": "Not possible on this resource",
    "409": "Contradicts what is recorded",
    "412": "Changed since it was read",
    "413": "The body is too large",
    "415": "This media type is not understood",
    "422": "A business rule forbids it, or the Idempotency-Key belongs to another call",
    "429": "The limit of calls is used up",
    "500": "Something failed on our side",
    "501": "Not supported here",
    "503": "Temporarily not available",
}
_ABOUT = (
    "TM Forum Open APIs, v4, after the design guidelines TMF630. Every POST, PATCH and DELETE of a "
    "resource takes the header Idempotency-Key (at most 200 characters, one per intended change): "
    "the same call with the same key happens once and is answered alike for a day; another call "
    "with the same key is 422, and 409 while the first still runs. PATCH and DELETE take If-Match "
    "with an ETag seen before: 412 when the resource changed since."
)
_COMMON = ("400", "401", "403", "405", "429", "500", "503")
_ERROR: Json = {
    "type": "object",
    "required": ["code", "reason"],
    "properties": {
        name: {"type": "string"}
        for name in (
            "code",
            "reason",
            "message",
            "status",
            "referenceError",
            "@type",
            "@baseType",
            "@schemaLocation",
        )
    },
}


def _rate_headers() -> Json:
    return {
        f"X-Rate-Limit-{name}": {"schema": {"type": "integer"}}
        for name in ("Limit", "Remaining", "Reset")
    }


def _refusals(*more: str) -> Json:
    body = {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        code: {"description": _SENTENCES[code], "content": body}
        for code in sorted({*_COMMON, *more})
    }


def _parameter(name: str, schema: Json, said: str, where: str = "query") -> Json:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": said,
        "schema": schema,
    }


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
    found = [_parameter(name, {"type": "string"}, said) for name in ("id", "href")]
    for one in plain:
        schema = one.shape.schema()
        if (schema["type"] == "string" and "format" not in schema) or one.cast == "text":
            schema = {"type": "string"}
        found.append(_parameter(one.name, schema, said))
    return found


def _paging(resource: Resource) -> list[Json]:
    whole = {"type": "integer", "minimum": 0, "maximum": paging.GREATEST}
    sortable = ["id", *(one.name for one in resource.attributes if not one.json)]
    words = ["", *(word for name in sortable for word in (name, f"-{name}"))]
    return [
        _parameter("offset", {**whole, "default": 0}, "How many to leave out."),
        _parameter(
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
    return [_parameter(name, {"type": "string"}, said[name], "header") for name in names]


def _shape(one: Attribute, *, nullable: bool = False) -> Json:
    schema = one.shape.schema()
    if not nullable:
        return schema
    return (
        {"allOf": [schema], "nullable": True} if "$ref" in schema else {**schema, "nullable": True}
    )


def _schemas(resource: Resource) -> Json:
    title = resource.title
    own = {"id": _ID, "href": {"type": "string", "format": "uri"}}
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


def _ok(code: str, said: str, schema: Json | None, headers: Json | None = None) -> Json:
    answer: Json = {"description": said, "headers": {**_rate_headers(), **(headers or {})}}
    if schema:
        answer["content"] = {JSON: {"schema": schema}}
    return {code: answer}


def _text_header() -> Json:
    return {"schema": {"type": "string"}}


def _collection(resource: Resource) -> Json:
    title, tag = resource.title, [resource.title]
    partial = {"$ref": f"#/components/schemas/{title}_Partial"}
    counted = {
        "X-Total-Count": {"schema": {"type": "integer"}},
        "X-Total-Count-Precision": {"schema": {"type": "string", "enum": ["exact", "estimate"]}},
        "X-Result-Count": {"schema": {"type": "integer"}},
        "Link": _text_header(),
    }
    found: Json = {
        "get": {
            "operationId": f"list{title}",
            "tags": tag,
            "summary": f"List or find {resource.name} objects",
            "parameters": [
                _fields(resource),
                *_paging(resource),
                *_filters(resource),
                *_headers_in("X-Purpose"),
            ],
            "responses": {
                **_ok("200", "A page", {"type": "array", "items": partial}, counted),
                **_refusals("501"),
            },
        }
    }
    if resource.create:
        found["post"] = {
            "operationId": f"create{title}",
            "tags": tag,
            "summary": f"Create a {resource.name}",
            "parameters": [_fields(resource)],
            "requestBody": _body({JSON: f"{title}_Create"}),
            "responses": {
                **_ok(
                    "201", "Created", partial, {"Location": _text_header(), "ETag": _text_header()}
                ),
                **_refusals("409", "413", "415", "422"),
            },
        }
    return found


def _body(kinds: dict[str, str]) -> Json:
    content = {
        kind: {"schema": {"$ref": f"#/components/schemas/{name}"}} for kind, name in kinds.items()
    }
    return {"required": True, "content": content}


def _item(resource: Resource) -> Json:
    title, tag = resource.title, [resource.title]
    partial = {"$ref": f"#/components/schemas/{title}_Partial"}
    etag = {"ETag": _text_header()}
    found: Json = {
        "parameters": [_parameter("id", _ID, f"The id of the {resource.name}", "path")],
        "get": {
            "operationId": f"retrieve{title}",
            "tags": tag,
            "summary": f"Read a {resource.name}",
            "parameters": [_fields(resource), *_headers_in("If-None-Match", "X-Purpose")],
            "responses": {
                **_ok("200", "Found", partial, etag),
                "304": {"description": "Nothing changed"},
                **_refusals("404", "501"),
            },
        },
    }
    if resource.update:
        found["patch"] = {
            "operationId": f"patch{title}",
            "tags": tag,
            "summary": f"Change a {resource.name}",
            "parameters": [_fields(resource)],
            "requestBody": _body(
                {
                    JSON: f"{title}_Update",
                    "application/merge-patch+json": f"{title}_Update",
                    "application/json-patch+json": "JsonPatch",
                }
            ),
            "responses": {
                **_ok("200", "Changed", partial, etag),
                **_refusals("404", "409", "412", "413", "415", "422"),
            },
        }
    if resource.remove:
        found["delete"] = {
            "operationId": f"delete{title}",
            "tags": tag,
            "summary": f"Delete a {resource.name}",
            "parameters": [],
            "responses": {
                **_ok("204", "Deleted", None),
                **_refusals("404", "409", "412", "422"),
            },
        }
    return found


_POINTER: Json = {"type": "string", "pattern": "^(/.*)?$"}


def _operation(ops: list[str], **more: Json) -> Json:
    return {
        "type": "object",
        "required": ["op", "path", *more],
        "properties": {"op": {"type": "string", "enum": ops}, "path": _POINTER, **more},
    }


_PATCH: Json = {
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


def _hub(api: apis.Api) -> tuple[Json, Json]:
    subscription = {"$ref": "#/components/schemas/EventSubscription"}
    post = {
        "operationId": f"listen{api.key}",
        "tags": ["Listeners"],
        "summary": "Register a listener",
        "requestBody": _body({JSON: "EventSubscriptionInput"}),
        "responses": {
            **_ok("201", "Registered", subscription, {"Location": _text_header()}),
            **_refusals("409", "413", "415"),
        },
    }
    delete = {
        "operationId": f"unlisten{api.key}",
        "tags": ["Listeners"],
        "summary": "Remove a listener",
        "responses": {**_ok("204", "Removed", None), **_refusals("404")},
    }
    item = {
        "parameters": [_parameter("id", _ID, "The id of the listener", "path")],
        "delete": delete,
    }
    return {"post": post}, item


_SUBSCRIPTION: Json = {
    "EventSubscriptionInput": {
        "type": "object",
        "required": ["callback"],
        "properties": {
            "callback": {"type": "string", "pattern": callbacks.ADDRESS, "maxLength": 500},
            "query": {"type": "string", "pattern": hub.QUERY, "maxLength": 500},
        },
    },
    "EventSubscription": {
        "type": "object",
        "required": ["id", "callback"],
        "properties": {
            "id": _ID,
            "callback": {"type": "string"},
            "query": {"type": "string"},
            "secret": {
                "type": "string",
                "description": "Signs every call (standardwebhooks.com); shown only once.",
            },
        },
    },
}


def document(chosen: tuple[apis.Api, ...]) -> Json:
    """The OpenAPI 3 document of some APIs."""
    paths: Json = {}
    schemas: Json = {"Error": _ERROR, "JsonPatch": _PATCH, **_SUBSCRIPTION}
    for api in chosen:
        for resource in api.resources:
            paths[resource.path] = _collection(resource)
            paths[f"{resource.path}/{{id}}"] = _item(resource)
            schemas |= _schemas(resource)
        hub, item = _hub(api)
        paths[f"{apis.ROOT}{api.path}/hub"] = hub
        paths[f"{apis.ROOT}{api.path}/hub/{{id}}"] = item
    flow = {
        "tokenUrl": "/oauth2/token",
        "scopes": {"read": "Read", "write": "Create, change and delete"},
    }
    return {
        "openapi": "3.0.3",
        "info": {
            "title": " and ".join(f"{api.key} {api.title}" for api in chosen),
            "version": "4.0.0",
            "description": _ABOUT,
        },
        "servers": [{"url": "/"}],
        "security": [{"client": ["read", "write"]}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"client": {"type": "oauth2", "flows": {"clientCredentials": flow}}},
        },
    }


@cache
def _written(*paths: str) -> bytes:
    return orjson.dumps(document(tuple(api for api in apis.all_apis() if api.path in paths)))


@require_GET
def single(request: HttpRequest, *, api: apis.Api) -> HttpResponse:
    """The document of one API."""
    return HttpResponse(_written(api.path), content_type=CONTENT_TYPE)


@require_GET
def combined(request: HttpRequest) -> HttpResponse:
    """The document of all APIs."""
    return HttpResponse(_written(*(api.path for api in apis.all_apis())), content_type=CONTENT_TYPE)


@require_GET
def documentation(request: HttpRequest) -> HttpResponse:
    """The page a partner's developer reads first."""
    listed = [
        {
            "api": api,
            "base": f"{apis.ROOT}{api.path}",
            "resources": api.resources,
            "events": sorted({one.type for each in api.resources for one in each.publications}),
        }
        for api in apis.all_apis()
    ]
    return render(
        request,
        "crm/api_docs.html",
        {"apis": listed, "base": f"{request.scheme}://{request.get_host()}"},
    )
