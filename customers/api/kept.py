"""Attributes without a column of their own: kept beside the record as they were given."""

from collections.abc import Iterable, Mapping
from typing import Any

from crm.tmf.rendering import EXTRA
from crm.tmf.resource import Resource


def as_given(resource: Resource, body: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The part of a whole document that no column holds; further attributes under one key."""
    known = resource.by_name.keys() | {"id", "href"}
    found = {name: body[name] for name in names if name in body}
    further = {name: value for name, value in body.items() if name not in known}
    return found | ({EXTRA: further} if further else {})
