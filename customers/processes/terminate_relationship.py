"""Terminate Customer Relationship: end it, keep its record, tell everyone concerned."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import CustomerTerminated
from crm.events.publish import publish
from customers.lifecycle import refuse_unless_next
from customers.models import Customer, Product, ReportNeed
from customers.processes.manage_relationship import stop_products

ETOM = "1.3.4"  # Terminate's own number was not found in public sources


@transaction.atomic
def terminate_relationship(
    *, customer_id: int, reason: str, stop_services: bool = False, actor: Actor
) -> Customer:
    """End a relationship; ending it again changes nothing and tells nobody.

    Running services stand in the way, so that nobody is cut off by ending a record, unless the
    caller says that they stop too.
    """
    require(actor, "customers.terminate_relationship")
    if reason not in Customer.EndReason.values:
        raise RuleBroken(
            "unknown-reason",
            _("Say why: %(known)s.") % {"known": ", ".join(Customer.EndReason.values)},
            field="reason",
            kind="input",
        )
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    if customer.status == Customer.Status.TERMINATED:
        return customer
    refuse_unless_next(customer, Customer.Status.TERMINATED)
    if stop_services:
        stop_products(customer, actor)
    _refuse_running(customer)
    customer.end(reason)
    with because(actor, reason):
        customer.save(update_fields=["status", "status_as_given", "ended_at", "end_reason"])
        standing = ReportNeed.objects.filter(customer=customer, ended_at=None)
        standing.update(ended_at=customer.ended_at)
    publish(CustomerTerminated(customer_id=customer.pk, reason=reason), actor=actor)
    return customer


def _refuse_running(customer: Customer) -> None:
    running = list(
        customer.products.exclude(status=Product.Status.ENDED).values_list("name", flat=True)[:20]
    )
    if running:
        raise RuleBroken(
            "services-still-run",
            _("Still running: %(names)s. Stop the services first, or with it.")
            % {"names": ", ".join(running)},
            field="stop_services",
            details={"services": running},
        )
