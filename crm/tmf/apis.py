"""Which Open APIs this product serves: each registers itself when its app starts."""

from dataclasses import dataclass

from crm.events import registry
from crm.tmf.resource import Publication, Resource

ROOT = "/tmf-api/"


@dataclass(frozen=True)
class Api:
    """One TM Forum Open API."""

    number: int
    path: str
    """`customerManagement/v4`, below `/tmf-api/`."""
    title: str
    resources: tuple[Resource, ...]
    aliases: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"TMF{self.number}"


_apis: dict[str, Api] = {}


def register(api: Api) -> Api:
    """Serve an API, and let its listeners hear what its resources publish."""
    from crm.tmf.hub import tell_listeners

    _apis[api.path] = api
    for resource in api.resources:
        for publication in resource.publications:
            registry.on(publication.event)(tell_listeners)
    return api


def all_apis() -> tuple[Api, ...]:
    return tuple(_apis.values())


def published(event_name: str) -> list[tuple[Api, Resource, Publication]]:
    """Everything that tells listeners of an event of ours."""
    return [
        (api, resource, publication)
        for api in _apis.values()
        for resource in api.resources
        for publication in resource.publications
        if publication.event.name == event_name
    ]
