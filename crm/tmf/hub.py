"""Listeners of partners: another subscriber of our events, told in the TM Forum's envelope."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, actor_for
from crm.events.catalogue import Event
from crm.events.models import OutboxEvent
from crm.nudge import nudge
from crm.tmf import apis, reading
from crm.tmf.errors import Refused
from crm.tmf.filters import Term, asked
from crm.tmf.models import HubDelivery, HubListener
from crm.tmf.resource import Caller, Publication, Resource

_EVENT_IDS = uuid.UUID("6f1c6a0e-2b57-4f2e-9f0b-9a2f5a7c1d10")
_OPERATORS = {"=", ">", ">=", "<", "<="}
_TERM = "[@A-Za-z][@A-Za-z0-9_.-]*([<>]=?|==?)[ !-%'-~]*"
QUERY = f"^({_TERM}(&{_TERM})*)?$"


def tell_listeners(event: Event, event_id: int) -> None:
    """Owe an event of ours to every listener that asked for it; kept with the delivery itself."""
    wanted = apis.published(event.name)
    keys = {api.key for api, _resource, _publication in wanted}
    listeners = list(
        HubListener.objects.filter(api__in=keys, removed_at=None).select_related("owner")
    )
    if not listeners:
        return
    row = OutboxEvent.objects.get(pk=event_id)
    owed: list[HubDelivery] = []
    for api, resource, publication in wanted:
        if publication.when(event):
            about = _About(api, resource, publication, row, getattr(event, publication.pk))
            hearing = [
                one
                for one in listeners
                if one.api == api.key and one.created_at <= row.occurred_at and one.owner.is_active
            ]
            owed += _owed(about, hearing)
    HubDelivery.objects.bulk_create(owed, ignore_conflicts=True)
    for listener_id in {one.listener_id for one in owed}:
        transaction.on_commit(partial(_nudge, listener_id), robust=True)


@dataclass(frozen=True, slots=True)
class _About:
    """One event as one API publishes it."""

    api: apis.Api
    resource: Resource
    publication: Publication
    row: OutboxEvent
    pk: int


def _owed(about: _About, listeners: Iterable[HubListener]) -> list[HubDelivery]:
    found: list[HubDelivery] = []
    for listener in listeners:
        seen = _as_seen_by(actor_for(listener.owner), about)
        kept = _selected(listener.query, envelope(about, seen)) if seen else None
        if kept is not None:
            found.append(
                HubDelivery(
                    listener=listener,
                    event_id=about.row.event_id,
                    event_type=about.publication.type,
                    aggregate=about.row.aggregate,
                    body=kept,
                )
            )
    return found


def _as_seen_by(actor: Actor, about: _About) -> dict[str, Any] | None:
    """The resource as the listener's owner may read it now; only its name when it is gone."""
    resource, pk = about.resource, about.pk
    caller = Caller(actor=actor, base=settings.CRM_PUBLIC_URL.rstrip("/"))
    try:
        found = None if about.publication.gone else reading.unseen(resource, caller, pk=pk)
        resource.scope(actor)
    except PermissionDenied:
        return None
    if found:
        seen: dict[str, Any] = orjson.loads(found.body)
        return seen
    gone = (
        resource.model._default_manager.filter(pk=pk).values_list("public_id", "removed_at").first()
    )
    if gone is None or gone[1] is None or not actor.has_perm(resource.view_all):
        return None
    return {
        "id": str(gone[0]),
        "href": resource.href(caller.base, gone[0]),
        "@type": resource.title,
    }


def envelope(about: _About, seen: Mapping[str, Any]) -> dict[str, Any]:
    """The v4 event; its id is the same however often it is told."""
    row, kind = about.row, about.publication.type
    event_id = str(uuid.uuid5(_EVENT_IDS, f"{row.event_id}:{kind}"))
    moment = row.occurred_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": event_id,
        "href": seen["href"],
        "eventId": event_id,
        "eventTime": moment,
        "eventType": kind,
        "correlationId": row.request_id or str(row.event_id),
        "domain": about.api.title,
        "title": kind,
        "description": f"{about.resource.title} {row.name.rpartition('.')[2].replace('_', ' ')}",
        "priority": "1",
        # Misspelt in the specification, and therefore here.
        "timeOcurred": moment,
        "event": {about.resource.name: dict(seen)},
    }


def check_query(query: str) -> None:
    """Refuse a query that could never be understood."""
    if not re.fullmatch(QUERY, query):
        raise Refused(
            400, "invalid-query", _("The query is not of the form name=value&name=value.")
        )
    found = asked(query)
    for term in found.filters:
        if term.operator not in _OPERATORS:
            raise Refused(
                400,
                "invalid-query",
                _("%(path)s cannot be compared this way.") % {"path": term.path},
            )


def _selected(query: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """The event as far as the listener wants it; None when it does not want it at all."""
    found = asked(query)
    alternatives: dict[tuple[str, str], list[str]] = {}
    for term in found.filters:
        alternatives.setdefault((term.path, term.operator), []).extend(_values(term))
    for (path, operator), values in alternatives.items():
        seen = _at(body, path.split("."))
        if not any(_holds(path, one, operator, value) for one in seen for value in values):
            return None
    fields = found.reserved.get("fields")
    return _reduced(body, fields.split(",")) if fields else body


def _values(term: Term) -> list[str]:
    return [one.removeprefix(f"{term.path}=") for one in term.value.replace(";", ",").split(",")]


def _at(value: Any, path: list[str]) -> list[Any]:
    """Every value at a dotted path; lists are looked into."""
    if isinstance(value, list):
        return [found for one in value for found in _at(one, path)]
    if not path:
        return [value]
    if isinstance(value, dict) and path[0] in value:
        return _at(value[path[0]], path[1:])
    return []


def _plain_type(name: str) -> str:
    """TMF630 writes …Notification and StateChange where the specs write …Event and StatusChange."""
    return (
        name.removesuffix("Notification")
        .removesuffix("Event")
        .replace("StateChange", "StatusChange")
        .lower()
    )


def _holds(path: str, seen: Any, operator: str, wanted: str) -> bool:
    if path == "eventType":
        return _plain_type(str(seen)) == _plain_type(wanted)
    said = str(seen).lower() if isinstance(seen, bool) else str(seen)
    match operator:
        case "=":
            return said == wanted
        case ">":
            return said > wanted
        case ">=":
            return said >= wanted
        case "<":
            return said < wanted
    return said <= wanted


_ALWAYS = ("eventId", "eventTime", "eventType")


def _reduced(body: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: body[name] for name in _ALWAYS}
    for path in fields:
        parts = path.strip().split(".")
        source: Any = body
        target = kept
        for part in parts[:-1]:
            if not isinstance(source, dict) or not isinstance(source.get(part), dict):
                break
            source = source[part]
            target = target.setdefault(part, {})
        else:
            if isinstance(source, dict) and parts[-1] in source:
                target[parts[-1]] = source[parts[-1]]
    return kept


def _nudge(listener_id: int) -> None:
    # Only a nudge: the periodic task finds what is due.
    from crm.tmf.tasks import tell_listener

    nudge(tell_listener, listener_id)
