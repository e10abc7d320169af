"""Gather Customer Information: take facts in from contacts and sources, and decide what is held."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import FactDecided, FactProposed
from crm.events.publish import publish
from customers.insight import keys, sources
from customers.insight.models import Fact, FactQuerySet, Source
from customers.insight.processes.build_insight import build_profile
from customers.models import Customer

ETOM = "1.3.4.1.1.1"


@transaction.atomic
def propose_fact(
    *,
    customer_id: int,
    key: str,
    value: Any,
    source_key: str,
    interaction: UUID | None = None,
    external_id: str = "",
    observed_at: datetime | None = None,
    basis: str | None = None,
    actor: Actor,
) -> Fact:
    """Put a fact before a person to accept or reject; the same proposal twice is one fact."""
    require(actor, "insight.gather_information")
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    fact_key = keys.named(key)
    source = _usable_source(source_key)
    known = _already_known(
        Fact.objects.filter(customer=customer, key=key, source=source),
        value,
        interaction,
        external_id,
    )
    if known is not None:
        return known
    seen = observed_at or timezone.now()
    fact = Fact.objects.create(
        customer=customer,
        key=key,
        value=fact_key.clean(value),
        source=source,
        external_id=external_id,
        interaction=interaction,
        basis=basis or source.basis,
        purpose=fact_key.purpose,
        state=Fact.State.PROPOSED,
        observed_at=seen,
        stale_after=seen + timedelta(days=fact_key.fresh_days),
        recorded_by=actor.name,
    )
    publish(FactProposed(customer_id=customer.pk, fact_id=fact.pk, key=key), actor=actor)
    return fact


@transaction.atomic
def accept_fact(*, fact_id: int, actor: Actor) -> Fact:
    """Hold a proposed fact to be true; what the same source said before it is superseded."""
    fact = _lock_for_decision(fact_id, actor)
    if fact.state in {Fact.State.ACCEPTED, Fact.State.VERIFIED}:
        return fact
    now = timezone.now()
    _same_key_and_source(fact).believed().update(superseded_at=now)
    return _decide(fact, Fact.State.ACCEPTED, now, actor)


@transaction.atomic
def reject_fact(*, fact_id: int, actor: Actor) -> Fact:
    """Refuse a fact; one that had been accepted gives way again to what it had superseded."""
    fact = _lock_for_decision(fact_id, actor)
    if fact.state == Fact.State.REJECTED:
        return fact
    if fact.state == Fact.State.ACCEPTED and fact.decided_at:
        _same_key_and_source(fact).filter(superseded_at=fact.decided_at).update(superseded_at=None)
    return _decide(fact, Fact.State.REJECTED, timezone.now(), actor)


@transaction.atomic
def confirm_fact(*, fact_id: int, actor: Actor) -> Fact:
    """The customer confirmed a fact: it counts as verified and fresh from now."""
    fact = _lock_for_decision(fact_id, actor)
    if fact.superseded_at or fact.state not in {Fact.State.ACCEPTED, Fact.State.VERIFIED}:
        raise RuleBroken(
            "fact-not-held",
            _("Only a fact that is held can be confirmed. Accept it first."),
        )
    now = timezone.now()
    fact.verified_at = now
    fact.stale_after = now + timedelta(days=keys.named(fact.key).fresh_days)
    fact.save(update_fields=["verified_at", "stale_after"])
    return _decide(fact, Fact.State.VERIFIED, now, actor)


def undecided(interaction: UUID) -> FactQuerySet:
    """The facts of one contact that still wait for a decision; closing asks for them."""
    return Fact.objects.proposed().filter(interaction=interaction).order_by("pk")


def _usable_source(key: str) -> Source:
    source = sources.find(key)
    if source is None:
        raise RuleBroken(
            "unknown-source",
            _("There is no source “%(key)s”. Add it to the source register first.") % {"key": key},
            field="source",
            kind="input",
        )
    expired = source.expires_on is not None and source.expires_on < timezone.localdate()
    if not source.active or expired:
        raise RuleBroken(
            "source-not-in-use",
            _("The source “%(name)s” is switched off. Nothing was taken from it.")
            % {"name": source.name},
            field="source",
            kind="invalid",
        )
    return source


def _already_known(
    same: FactQuerySet, value: Any, interaction: UUID | None, external_id: str
) -> Fact | None:
    """The fact this proposal repeats: same record of the source, or same words in one contact."""
    if external_id:
        return same.filter(external_id=external_id).first()
    if interaction:
        return same.filter(interaction=interaction, value=value).first()
    return None


def _lock_for_decision(fact_id: int, actor: Actor) -> Fact:
    require(actor, "insight.decide_fact")
    whose = Fact.objects.only("customer_id").get(pk=fact_id)
    # The gate to the customer is the gate to the facts; two decisions about one customer take
    # turns, or each would believe itself the only one.
    Customer.objects.visible_to(actor).lock(whose.customer_id)
    return Fact.objects.select_for_update(of=("self",)).select_related("source").get(pk=fact_id)


def _same_key_and_source(fact: Fact) -> FactQuerySet:
    same = Fact.objects.filter(customer=fact.customer_id, key=fact.key, source=fact.source_id)
    return same.exclude(pk=fact.pk)


def _decide(fact: Fact, state: Fact.State, now: datetime, actor: Actor) -> Fact:
    fact.state = state
    fact.decided_at = now
    fact.decided_by = actor.name
    fact.save(update_fields=["state", "decided_at", "decided_by"])
    event = FactDecided(
        customer_id=fact.customer_id,
        fact_id=fact.pk,
        key=fact.key,
        accepted=state != Fact.State.REJECTED,
    )
    publish(event, actor=actor)
    build_profile(customer_id=fact.customer_id, actor=SYSTEM)
    return fact
