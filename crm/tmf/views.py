"""The doors of a resource: its collection and its items, lean enough to pass bytes through."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
import pghistory
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from crm.tmf import errors, idempotency, paging, parsing, reading
from crm.tmf.authentication import Grant, grant_of, purpose_of, require_scope
from crm.tmf.conditional import etag_of, is_known, require_revision
from crm.tmf.errors import CONTENT_TYPE, Refused
from crm.tmf.fields import wanted
from crm.tmf.filters import asked
from crm.tmf.models import IdempotentAnswer
from crm.tmf.patch import merged, patched
from crm.tmf.request_id import current
from crm.tmf.resource import Caller, Change, Resource
from crm.tmf.throttle import THROTTLE
from crm.tmf.writing import checked

Answer = Callable[..., HttpResponse]


def base_of(request: HttpRequest) -> str:
    """Scheme and host as the caller wrote them: links lead back to where the call came from."""
    return f"{request.scheme}://{request.get_host()}"


@dataclass(frozen=True, eq=False)
class Door:
    """Authenticates, counts and dispatches; every failure leaves as a TMF error."""

    resource: Resource
    csrf_exempt: ClassVar[bool] = True

    def methods(self) -> dict[str, Answer]:
        raise NotImplementedError

    def __call__(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            grant = grant_of(request.headers.get("Authorization", ""))
            rate = THROTTLE.take(grant.client)
            response = self._dispatch(request, grant, **kwargs)
        except Exception as error:  # whatever the cause, the caller gets a TMF error
            return errors.answer(error)
        for name, value in rate.headers().items():
            response.headers[name] = value
        return response

    def _dispatch(self, request: HttpRequest, grant: Grant, **kwargs: Any) -> HttpResponse:
        method = request.method or ""
        answers = self.methods()
        allowed = {"Allow": ", ".join(sorted({*answers, "HEAD", "OPTIONS"}))}
        if method == "OPTIONS":
            return HttpResponse(status=204, headers=allowed)
        answer = answers.get("GET" if method == "HEAD" else method)
        if answer is None:
            raise Refused(
                405,
                "method-not-allowed",
                _("%(method)s is not possible here.") % {"method": method},
                allowed,
            )
        require_scope(grant, method)
        caller = Caller(
            actor=grant.actor(),
            base=base_of(request),
            purpose=purpose_of(request.headers.get("X-Purpose", "")),
            request_id=current(),
        )
        if method in {"GET", "HEAD"}:
            return answer(request, caller, **kwargs)
        return _changing(request, caller, answer, **kwargs)


def _changing(request: HttpRequest, caller: Caller, answer: Answer, **kwargs: Any) -> HttpResponse:
    """Run a write, once per Idempotency-Key, with who and where beside every row it changes."""
    row: IdempotentAnswer | None = None
    if key := request.headers.get("Idempotency-Key"):
        claimed = idempotency.claim(request, int(caller.actor.pk or 0), key)
        if isinstance(claimed, HttpResponse):
            return claimed
        row = claimed
    try:
        with (
            pghistory.context(actor=caller.actor.pk, request=caller.request_id, url=request.path),
            transaction.atomic(),
        ):
            response = answer(request, caller, **kwargs)
            if row:
                idempotency.keep(row, response)
            return response
    except Exception:
        if row:
            idempotency.release(row)
        raise


class Collection(Door):
    """`/customer`: list and create."""

    def methods(self) -> dict[str, Answer]:
        found: dict[str, Answer] = {"GET": self.list}
        if self.resource.create:
            found["POST"] = self.create
        return found

    def list(self, request: HttpRequest, caller: Caller) -> HttpResponse:
        raw = request.META.get("QUERY_STRING", "")
        page = reading.page(self.resource, asked(raw), caller)
        pairs = [
            pair
            for pair in parse_qsl(raw, keep_blank_values=True)
            if pair[0] not in {"offset", "limit"}
        ]
        address = f"{caller.base}{self.resource.path}"
        return HttpResponse(
            f"[{page.body}]".encode(),
            content_type=CONTENT_TYPE,
            headers=paging.headers(
                page.total, page.shown, page.window, address=address, pairs=pairs
            ),
        )

    def create(self, request: HttpRequest, caller: Caller) -> HttpResponse:
        fields = wanted(
            asked(request.META.get("QUERY_STRING", "")).reserved.get("fields"), self.resource
        )
        body = checked(self.resource, parsing.body_of(request, parsing.JSON))
        if self.resource.create is None:
            raise Http404
        pk = self.resource.create(body, caller)
        return _shown(self.resource, caller, pk, fields, status=201)


class Item(Door):
    """`/customer/{id}`: read, patch, delete."""

    def methods(self) -> dict[str, Answer]:
        found: dict[str, Answer] = {"GET": self.read}
        if self.resource.update:
            found["PATCH"] = self.patch
        if self.resource.remove:
            found["DELETE"] = self.remove
        return found

    def read(self, request: HttpRequest, caller: Caller, public_id: str) -> HttpResponse:
        fields = _fields_only(request, self.resource)
        found = reading.one(self.resource, _known(public_id), caller, fields)
        headers = {}
        if found is None and (other := self._answering(public_id)):
            found = reading.one(self.resource, other, caller, fields)
            headers = {"Content-Location": self.resource.href(caller.base, other)}
        if found is None:
            raise Http404
        headers["ETag"] = etag = etag_of(found.revision, found.body)
        if is_known(request.headers, etag):
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(found.body.encode(), content_type=CONTENT_TYPE, headers=headers)

    def _answering(self, public_id: str) -> str:
        """Who answers for a record that was merged away; old ids keep leading somewhere."""
        other = self.resource.answering and self.resource.answering(_known(public_id))
        return str(other) if other else ""

    def patch(self, request: HttpRequest, caller: Caller, public_id: str) -> HttpResponse:
        body = parsing.body_of(request, parsing.JSON, parsing.MERGE, parsing.JSON_PATCH)
        fields = _fields_only(request, self.resource)
        try:
            pk = self._lock(request, caller, public_id)
        except Http404:
            if not (other := self._answering(public_id)):
                raise
            pk = self._lock(request, caller, other)
        current_one = reading.unseen(self.resource, caller, pk=pk)
        if current_one is None or self.resource.update is None:
            raise Http404
        before = orjson.loads(current_one.body)
        if parsing.media_type(request) == parsing.JSON_PATCH:
            change = _change(self.resource, before, patched(before, body), current_one.revision)
        else:
            change = _merge(self.resource, before, body, current_one.revision)
        if change.changed:
            self.resource.update(pk, change, caller)
        return _shown(self.resource, caller, pk, fields, status=200)

    def remove(self, request: HttpRequest, caller: Caller, public_id: str) -> HttpResponse:
        pk = self._lock(request, caller, public_id)
        if self.resource.remove is None:
            raise Http404
        self.resource.remove(pk, caller)
        return HttpResponse(status=204)

    def _lock(self, request: HttpRequest, caller: Caller, public_id: str) -> int:
        """Hold the row to the end of the transaction, at the revision the caller has seen."""
        rows = self.resource.rows(caller.actor).select_for_update(of=("self",))
        found = rows.values_list("pk", "revision").filter(public_id=_known(public_id)).first()
        if found is None:
            raise Http404
        pk, revision = found
        require_revision(request.headers, revision)
        return int(pk)


def _known(public_id: str) -> str:
    try:
        return str(UUID(public_id))
    except ValueError as error:
        raise Http404 from error


def _fields_only(request: HttpRequest, resource: Resource) -> tuple[str, ...] | None:
    raw = request.META.get("QUERY_STRING", "")
    return wanted(asked(raw).reserved.get("fields"), resource) if raw else None


def _merge(resource: Resource, before: Any, body: Any, revision: int) -> Change:
    """What a merge patch changes: wrong by itself it is 400, at odds with what is there 409."""
    if not isinstance(body, dict):
        raise Refused(400, "invalid-patch", _("A merge patch is an object."))
    after = merged(before, body)
    brought = {
        name: value
        for name, value in body.items()
        if value is not None and _differ(before.get(name), after[name])
    }
    checked(resource, brought, partial=True, merging=True)
    try:
        return _change(resource, before, after, revision)
    except ValidationError as error:
        raise Refused(409, "patch-not-applicable", errors.told(error).message) from error


def _differ(one: Any, other: Any) -> bool:
    """Whether they differ as JSON, where false is no 0."""
    option = orjson.OPT_SORT_KEYS
    return orjson.dumps(one, option=option) != orjson.dumps(other, option=option)


def _change(resource: Resource, before: Any, after: Any, revision: int) -> Change:
    """Which attributes differ, each allowed to and each of the right shape."""
    changed = frozenset(
        name for name in before.keys() | after.keys() if _differ(before.get(name), after.get(name))
    )
    if fixed := sorted(changed & resource.read_only):
        raise Refused(
            400,
            "not-patchable",
            _("%(names)s cannot be changed.") % {"names": ", ".join(fixed)[:200]},
        )
    missing = sorted(
        one.name for one in resource.attributes if one.required and one.name not in after
    )
    if missing:
        raise Refused(
            400,
            "required",
            _("%(names)s cannot be taken away.") % {"names": ", ".join(missing)},
        )
    checked(resource, {name: after[name] for name in changed if name in after}, partial=True)
    return Change(before, after, changed, revision)


def _shown(
    resource: Resource, caller: Caller, pk: int, fields: tuple[str, ...] | None, *, status: int
) -> HttpResponse:
    found = reading.unseen(resource, caller, pk=pk, fields=fields)
    if found is None:
        # Written by the caller, yet outside of what it may read.
        return HttpResponse(status=204)
    headers = {"ETag": etag_of(found.revision, found.body)}
    if status == 201:  # noqa: PLR2004  # created
        headers["Location"] = str(orjson.loads(found.body)["href"])
    return HttpResponse(
        found.body.encode(), status=status, content_type=CONTENT_TYPE, headers=headers
    )
