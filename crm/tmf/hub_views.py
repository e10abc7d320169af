"""`/hub` of every API: register and remove a listener."""

import base64
import secrets
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.tmf import apis
from crm.tmf.authentication import Grant, Scoped
from crm.tmf.callbacks import check_callback
from crm.tmf.errors import Refused
from crm.tmf.hub import check_query
from crm.tmf.models import HubListener
from crm.tmf.parsing import AlwaysJson
from crm.tmf.throttle import THROTTLE
from crm.tmf.views import base_of

MOST_LISTENERS = 100


class StrictText(serializers.CharField):
    """A text that is a text: numbers are not made into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(_("must be a text."))
        return super().to_internal_value(data)


class ListenerSerializer(serializers.Serializer[HubListener]):
    """EventSubscriptionInput of the specifications."""

    callback = StrictText(max_length=500, trim_whitespace=False)
    query = StrictText(
        max_length=500, required=False, allow_blank=True, trim_whitespace=False, default=""
    )


def _grant(request: Request) -> Grant:
    if not isinstance(request.auth, Grant):
        raise NotAuthenticated
    return request.auth


class HubView(APIView):
    """What the two addresses of a hub share."""

    content_negotiation_class = AlwaysJson
    permission_classes = (IsAuthenticated, Scoped)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.headers = {**self.headers, **THROTTLE.take(_grant(request).client).headers()}

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """What can be done here; the framework's own answer describes our code."""
        return Response(status=204)


class Hub(HubView):
    """POST /hub"""

    http_method_names = ["post", "options"]

    def post(self, request: Request, *, api: apis.Api) -> Response:
        wanted = ListenerSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        callback, query = wanted.validated_data["callback"], wanted.validated_data["query"]
        check_callback(callback)
        check_query(query)
        listener = _listen(request, api, callback, query)
        href = f"{base_of(request._request)}{apis.ROOT}{api.path}/hub/{listener.public_id}"
        body = {
            "id": str(listener.public_id),
            "callback": callback,
            "query": query,
            # Shown here and never again: by it the listener knows that a call is ours.
            "secret": listener.secret,
        }
        return Response(body, status=201, headers={"Location": href})


def _listen(request: Request, api: apis.Api, callback: str, query: str) -> HubListener:
    mine = HubListener.objects.filter(owner=_grant(request).user, api=api.key, removed_at=None)
    if mine.count() >= MOST_LISTENERS:
        raise Refused(409, "too-many-listeners", _("Remove a listener before adding another."))
    try:
        with transaction.atomic():
            return HubListener.objects.create(
                api=api.key,
                callback=callback,
                query=query,
                owner=_grant(request).user,
                secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
            )
    except IntegrityError as error:
        raise Refused(
            409, "already-listening", _("This callback hears the same events already.")
        ) from error


class HubItem(HubView):
    """DELETE /hub/{id}"""

    http_method_names = ["delete", "options"]

    def delete(self, request: Request, *, api: apis.Api, public_id: str) -> Response:
        try:
            wanted = UUID(public_id)
        except ValueError as error:
            raise Http404 from error
        removed = HubListener.objects.filter(
            public_id=wanted, owner=_grant(request).user, api=api.key, removed_at=None
        ).update(removed_at=timezone.now())
        if not removed:
            raise Http404
        return Response(status=204)
