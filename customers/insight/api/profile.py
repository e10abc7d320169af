"""GET a profile: what is held and derived, with its why; what no consent covers is named."""

from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.access import Actor, require
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.tmf.authentication import Grant, Scoped
from customers.insight import reads
from customers.insight.models import Fact, Profile
from customers.models import ConsentPurpose, Customer


class ProfileView(APIView):
    """One customer's profile, for a process that says what it needs it for."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> Response:
        actor = cast(Grant, request.auth).actor()
        require(actor, "insight.view_profile")
        purpose = _purpose(request)
        customer = Customer.objects.visible_to(actor).get(public_id=public_id)
        record_access(
            actor=actor, action="api-read", subject="profile", ids=[customer.pk], purpose=purpose
        )
        covered = reads.covered_purposes(customer.pk)
        if purpose not in covered:
            raise RuleBroken(
                "purpose-not-covered",
                _("The customer has not allowed “%(purpose)s”.") % {"purpose": purpose},
                kind="invalid",
            )
        return Response(_body(customer, covered, actor))


def _purpose(request: Request) -> str:
    purpose = str(request.query_params.get("purpose", ""))
    if not ConsentPurpose.objects.filter(key=purpose).exists():
        known = ", ".join(ConsentPurpose.objects.values_list("key", flat=True))
        raise RuleBroken(
            "purpose-needed",
            _("Say what the profile is for: purpose is one of %(known)s.") % {"known": known},
            field="purpose",
            kind="input",
        )
    return purpose


def _body(customer: Customer, covered: frozenset[str], actor: Actor) -> dict[str, Any]:
    profile = Profile.objects.filter(customer=customer).first()
    held = Fact.objects.believed().of_customer(customer.pk).select_related("source")
    facts = list(held.order_by("key", "pk")) if actor.has_perm("insight.view_fact") else []
    return {
        "id": str(customer.public_id),
        "sections": profile.sections if profile else {},
        "confidence": profile.confidence if profile else 0,
        "confidenceParts": profile.confidence_parts if profile else {},
        "computedAt": profile.computed_at if profile else None,
        "facts": [_fact(fact) for fact in facts if fact.purpose in covered],
        "withheld": [
            {"key": fact.key, "reason": "purpose-not-covered", "purpose": fact.purpose}
            for fact in facts
            if fact.purpose not in covered
        ],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "id": str(fact.public_id),
        "key": fact.key,
        "value": fact.value,
        "state": fact.state,
        "source": fact.source.key,
        "basis": fact.basis,
        "purpose": fact.purpose,
        "interaction": str(fact.interaction) if fact.interaction else None,
        "observedAt": fact.observed_at,
        "verifiedAt": fact.verified_at,
        "staleAfter": fact.stale_after,
    }
