"""Re-establish Customer Relationship: somebody who left comes back to their own record."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import CustomerStatusChanged
from crm.events.publish import publish
from customers.lifecycle import refuse_unless_next
from customers.models import Customer

ETOM = "1.3.4.3"


@transaction.atomic
def reestablish_relationship(
    *, customer_id: int, status: str = Customer.Status.ACTIVE, reason: str, actor: Actor
) -> Customer:
    """Take up an ended relationship: same record, same number; why it had ended stays in history.

    Restoring what was archived meanwhile hears of it by event.
    """
    require(actor, "customers.reestablish_relationship")
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    if customer.status != Customer.Status.TERMINATED:
        raise RuleBroken(
            "not-ended",
            _("The relationship has not ended: it is “%(now)s”.")
            % {"now": customer.get_status_display()},
            field="status",
            details={"status": customer.status},
        )
    if customer.end_reason == Customer.EndReason.CUSTOMER_CEASED:
        raise RuleBroken(
            "ceased-to-exist",
            _("It ended because the customer ceased to exist. Correct that first."),
            field="status",
        )
    refuse_unless_next(customer, status)
    customer.status, customer.status_as_given, customer.status_reason = status, "", reason
    customer.ended_at, customer.end_reason = None, ""
    with because(actor, reason):
        customer.save(
            update_fields=["status", "status_as_given", "status_reason", "ended_at", "end_reason"]
        )
    publish(
        CustomerStatusChanged(
            customer_id=customer.pk, old=Customer.Status.TERMINATED, new=customer.status
        ),
        actor=actor,
    )
    return customer
