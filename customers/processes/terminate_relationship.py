"""Terminate Customer Relationship: end it, keep its record, tell everyone concerned."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import CustomerTerminated
from crm.events.publish import publish
from customers.models import Customer

ETOM = "1.3.4"  # Terminate's own number was not found in public sources


@transaction.atomic
def terminate_relationship(*, customer_id: int, reason: str, actor: Actor) -> Customer:
    """End a relationship; ending it again changes nothing and tells nobody."""
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
    customer.end(reason)
    with because(actor, reason):
        customer.save(update_fields=["status", "ended_at", "end_reason"])
    publish(CustomerTerminated(customer_id=customer.pk, reason=reason), actor=actor)
    return customer
