"""Pieces that every operation of the OpenAPI document is made of."""

from typing import Any

Json = dict[str, Any]
JSON = "application/json"
ID = {"type": "string", "format": "uuid"}
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
_COMMON = ("400", "401", "403", "405", "429", "500", "503")
ERROR: Json = {
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


def refusals(*more: str) -> Json:
    body = {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        code: {"description": _SENTENCES[code], "content": body}
        for code in sorted({*_COMMON, *more})
    }


def parameter(name: str, schema: Json, said: str, where: str = "query") -> Json:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": said,
        "schema": schema,
    }


def ok(code: str, said: str, schema: Json | None, headers: Json | None = None) -> Json:
    answer: Json = {"description": said, "headers": {**_rate_headers(), **(headers or {})}}
    if schema:
        answer["content"] = {JSON: {"schema": schema}}
    return {code: answer}


def text_header() -> Json:
    return {"schema": {"type": "string"}}


def body(kinds: dict[str, str]) -> Json:
    content = {
        kind: {"schema": {"$ref": f"#/components/schemas/{name}"}} for kind, name in kinds.items()
    }
    return {"required": True, "content": content}
