"""`/hub` in the OpenAPI document."""

from crm.tmf import apis, callbacks, hub
from crm.tmf.schema.parts import ID, JSON, Json, body, ok, parameter, refusals, text_header


def listeners(api: apis.Api) -> tuple[Json, Json]:
    """The collection and the item of an API's hub."""
    subscription = {"$ref": "#/components/schemas/EventSubscription"}
    post = {
        "operationId": f"listen{api.key}",
        "tags": ["Listeners"],
        "summary": "Register a listener",
        "requestBody": body({JSON: "EventSubscriptionInput"}),
        "responses": {
            **ok("201", "Registered", subscription, {"Location": text_header()}),
            **refusals("409", "413", "415"),
        },
    }
    delete = {
        "operationId": f"unlisten{api.key}",
        "tags": ["Listeners"],
        "summary": "Remove a listener",
        "responses": {**ok("204", "Removed", None), **refusals("404")},
    }
    item = {
        "parameters": [parameter("id", ID, "The id of the listener", "path")],
        "delete": delete,
    }
    return {"post": post}, item


SUBSCRIPTION: Json = {
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
            "id": ID,
            "callback": {"type": "string"},
            "query": {"type": "string"},
            "secret": {
                "type": "string",
                "description": "Signs every call (standardwebhooks.com); shown only once.",
            },
        },
    },
}
