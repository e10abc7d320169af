"""The OpenAPI document, written from the same declarations that serve the calls."""

from crm.tmf import apis
from crm.tmf.schema.listeners import SUBSCRIPTION, listeners
from crm.tmf.schema.operations import collection, item
from crm.tmf.schema.parts import ERROR, Json
from crm.tmf.schema.shapes import PATCH
from crm.tmf.schema.shapes import schemas as schemas_of

_ABOUT = (
    "TM Forum Open APIs, v4, after the design guidelines TMF630. Every POST, PATCH and DELETE of a "
    "resource takes the header Idempotency-Key (at most 200 characters, one per intended change): "
    "the same call with the same key happens once and is answered alike for a day; another call "
    "with the same key is 422, and 409 while the first still runs. PATCH and DELETE take If-Match "
    "with an ETag seen before: 412 when the resource changed since."
)


def document(chosen: tuple[apis.Api, ...]) -> Json:
    """The OpenAPI 3 document of some APIs."""
    paths: Json = {}
    schemas: Json = {"Error": ERROR, "JsonPatch": PATCH, **SUBSCRIPTION}
    for api in chosen:
        for resource in api.resources:
            paths[resource.path] = collection(resource)
            paths[f"{resource.path}/{{id}}"] = item(resource)
            schemas |= schemas_of(resource)
        whole, one = listeners(api)
        paths[f"{apis.ROOT}{api.path}/hub"] = whole
        paths[f"{apis.ROOT}{api.path}/hub/{{id}}"] = one
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
