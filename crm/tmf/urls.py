"""Addresses of the partner face, made from the APIs that are registered."""

from collections.abc import Iterator

from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from crm.tmf import apis
from crm.tmf.documents import combined, documentation, single
from crm.tmf.hub_views import Hub, HubItem
from crm.tmf.token_views import Revoke, Token
from crm.tmf.views import Collection, Item

app_name = "tmf"


def _of(api: apis.Api, prefix: str) -> Iterator[URLPattern]:
    for resource in api.resources:
        yield path(f"{prefix}/{resource.name}", Collection(resource), name=resource.name)
        yield path(
            f"{prefix}/{resource.name}/<public_id>", Item(resource), name=f"{resource.name}-item"
        )
    yield path(f"{prefix}/hub", Hub.as_view(), {"api": api})
    yield path(f"{prefix}/hub/<public_id>", HubItem.as_view(), {"api": api})
    yield path(f"{prefix}/openapi.json", single, {"api": api})


urlpatterns: list[URLPattern] = [
    pattern
    for api in apis.all_apis()
    for base in (api.path, *api.aliases)
    for pattern in _of(api, f"tmf-api/{base}")
]
urlpatterns += [
    path("oauth2/token", csrf_exempt(Token.as_view()), name="token"),
    path("oauth2/revoke", csrf_exempt(Revoke.as_view()), name="revoke"),
    path("api/openapi.json", combined, name="openapi"),
    path("api/docs", documentation, name="docs"),
]
