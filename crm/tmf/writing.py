"""The shape of what is written: a serializer per resource, made from its declaration."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from crm.tmf.resource import Attribute, Resource
from crm.tmf.shapes import Shape

MOST_ATTRIBUTES = 200
LONGEST_NAME = 100


class ShapeField(serializers.Field[Any, Any, Any, Any]):
    """One first-level attribute, checked by its declared shape and kept as it came."""

    def __init__(self, name: str, shape: Shape, **options: Any) -> None:
        super().__init__(**options)
        self.named, self.shape = name, shape

    def to_internal_value(self, data: Any) -> Any:
        found = list(self.shape.problems(data, self.named))
        if found:
            raise serializers.ValidationError([f"{path} {said}." for path, said in found[:10]])
        return data


class ResourceSerializer(serializers.Serializer[Any]):
    """Checks a body against a resource; attributes nobody declared are kept beside it."""

    def __init__(
        self, resource: Resource, *, partial: bool = False, merging: bool = False, **options: Any
    ) -> None:
        super().__init__(partial=partial, **options)
        self.resource, self.merging = resource, merging

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            one.name: ShapeField(one.name, self._shape(one), required=one.required)
            for one in self.resource.attributes
            if one.writable
        }

    def _shape(self, one: Attribute) -> Shape:
        return one.shape.merging() if self.merging else one.shape

    def to_internal_value(self, data: Any) -> Any:
        if len(data) > MOST_ATTRIBUTES or any(len(name) > LONGEST_NAME for name in data):
            raise serializers.ValidationError({"body": [_("has too many or too long attributes.")]})
        checked: dict[str, Any] = super().to_internal_value(data)
        return {**checked, **dict(self._undeclared(data))}

    def _undeclared(self, data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        known = self.resource.by_name.keys() | {"id", "href"}
        return ((name, value) for name, value in data.items() if name not in known)


def checked(
    resource: Resource, body: Any, *, partial: bool = False, merging: bool = False
) -> dict[str, Any]:
    """The body, or a ValidationError naming what is wrong with its shape."""
    if not isinstance(body, dict):
        raise serializers.ValidationError({"body": [_("must be an object.")]})
    serializer = ResourceSerializer(resource, data=body, partial=partial, merging=merging)
    serializer.is_valid(raise_exception=True)
    found: dict[str, Any] = serializer.validated_data
    return found
