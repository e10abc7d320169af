"""The OpenAPI documents as people read them: each call with its fields, filters and answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from crm.tmf import apis
from crm.tmf.schema import document

_METHODS = ("get", "post", "patch", "delete")
_TONES = {"get": "info", "post": "ok", "patch": "warn", "delete": "bad"}


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a body, or one parameter of a call."""

    name: str
    kind: str
    required: bool
    sense: str


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that can be called."""

    method: str
    path: str
    summary: str
    tone: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[tuple[str, str], ...]


@cache
def calls_of(path: str) -> tuple[Call, ...]:
    """Every call of the API at this path, in the order of its document."""
    written = document(tuple(api for api in apis.all_apis() if api.path == path))
    return tuple(_calls(written))


def _calls(written: Mapping[str, Any]) -> Iterator[Call]:
    for path, methods in written["paths"].items():
        shared = methods.get("parameters", [])
        for method in _METHODS:
            if said := methods.get(method):
                yield Call(
                    method=method.upper(),
                    path=path,
                    summary=said.get("summary", ""),
                    tone=_TONES[method],
                    parameters=tuple(
                        _parameter(one, written) for one in (*shared, *said.get("parameters", []))
                    ),
                    body=tuple(_body(said.get("requestBody", {}), written)),
                    answers=tuple(
                        (code, _looked_up(answer, written).get("description", ""))
                        for code, answer in sorted(said["responses"].items())
                    ),
                )


def _parameter(one: Mapping[str, Any], written: Mapping[str, Any]) -> Field:
    one = _looked_up(one, written)
    return Field(
        one["name"],
        _kind(one.get("schema", {})),
        bool(one.get("required")),
        one.get("description", ""),
    )


def _body(said: Mapping[str, Any], written: Mapping[str, Any]) -> Iterator[Field]:
    for media in said.get("content", {}).values():
        schema = _looked_up(media["schema"], written)
        required = set(schema.get("required", ()))
        for name, below in schema.get("properties", {}).items():
            yield Field(name, _kind(below), name in required, below.get("description", ""))
        # The first form is the usual one; a list of patch steps has no fields of its own.
        return


def _looked_up(schema: Mapping[str, Any], written: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    found: Any = written
    for key in reference.removeprefix("#/").split("/") if reference else ():
        found = found[key]
    return found if reference else schema


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))} […]"
    return str(schema.get("format") or schema.get("type") or "object")
