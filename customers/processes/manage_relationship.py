"""Manage Customer Relationship: let it begin, let its services end, never by accident."""

from django.db import transaction
from django.utils import timezone

from crm.access import Actor, require
from crm.audit.history import because
from crm.events.catalogue import CustomerStatusChanged
from crm.events.publish import publish
from customers.lifecycle import refuse_unless_next
from customers.models import Customer, Product, SearchToken

ETOM = "1.3.4"

_State = Customer.Status


@transaction.atomic
def activate(*, customer_id: int, reason: str = "", actor: Actor) -> Customer:
    """The first or another service runs: the relationship is active; once is enough."""
    require(actor, "customers.update_information")
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    if customer.status == _State.ACTIVE:
        return customer
    if customer.since is None:
        customer.since = timezone.now()
    _enter(customer, _State.ACTIVE, reason, actor)
    return customer


@transaction.atomic
def end_services(*, customer_id: int, reason: str = "", actor: Actor) -> Customer:
    """Every service of the customer ends today; the relationship with them goes on."""
    require(actor, "customers.terminate_relationship")
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    if customer.status == _State.SERVICES_ENDED:
        return customer
    _enter(customer, _State.SERVICES_ENDED, reason, actor)
    stop_products(customer, actor)
    return customer


def stop_products(customer: Customer, actor: Actor) -> int:
    """End what still runs; says how many services that were."""
    with because(actor, "services ended"):
        running = customer.products.exclude(status=Product.Status.ENDED)
        stopped = running.update(status=Product.Status.ENDED, valid_to=timezone.localdate())
    SearchToken.objects.refresh([customer.pk])
    return stopped


def _enter(customer: Customer, status: str, reason: str, actor: Actor) -> None:
    refuse_unless_next(customer, status)
    old, customer.status = customer.status, status
    customer.status_as_given, customer.status_reason = "", reason
    with because(actor, reason or status):
        customer.save(update_fields=["status", "status_as_given", "status_reason", "since"])
    publish(
        CustomerStatusChanged(customer_id=customer.pk, old=old, new=status),
        actor=actor,
    )
