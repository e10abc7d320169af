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
from customers import masking
from customers.insight import keys, reads
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
    billing = masking.sees_billing(actor, masking.caller_level(actor, customer.pk))
    closed = {fact.key for fact in facts if keys.named(fact.key).billing and not billing}
    return {
        "id": str(customer.public_id),
        "sections": _sections(profile, billing=billing) if profile else {},
        "confidence": profile.confidence if profile else 0,
        "confidenceParts": profile.confidence_parts if profile else {},
        "computedAt": profile.computed_at if profile else None,
        "facts": [
            _fact(fact) for fact in facts if fact.purpose in covered and fact.key not in closed
        ],
        "withheld": [
            {
                "key": fact.key,
                "reason": "billing-detail" if fact.purpose in covered else "purpose-not-covered",
                "purpose": fact.purpose,
            }
            for fact in facts
            if fact.purpose not in covered or fact.key in closed
        ],
    }


def _sections(profile: Profile, *, billing: bool) -> dict[str, Any]:
    """What is derived; the amounts it follows from only to who sees bills."""
    used = {pk for lines in profile.sections.values() for line in lines for pk in line["facts"]}
    grounds = dict(Fact.objects.filter(pk__in=used).values_list("pk", "key"))
    closed = {pk for pk, key in grounds.items() if keys.named(key).billing and not billing}
    return {
        name: [
            {**line, "reasons": []} if closed.intersection(line["facts"]) else line
            for line in lines
        ]
        for name, lines in profile.sections.items()
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
