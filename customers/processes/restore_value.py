"""Restore a value: put back what a field of the record said before, as a change of its own."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.row_changes import event_model
from customers.models import ContactMedium, Customer, Party
from customers.processes.keep_contacts import change_contact_point, reopen_contact_point
from customers.processes.record_customer import CUSTOMER_FIELDS, PARTY_FIELDS
from customers.processes.update_information import update_customer, update_party

ETOM = "1.3.6.2"

# States change by processes of their own; who stands behind a customer is not a mere value.
_NOT_HERE = frozenset({"status", "status_as_given", "party_id", "as_given"})
RESTORABLE: dict[str, frozenset[str]] = {
    "customer": CUSTOMER_FIELDS - _NOT_HERE,
    "party": PARTY_FIELDS - _NOT_HERE,
    "contactmedium": frozenset({"value", "role", "preferred", "valid_to"}),
}
_MODELS: dict[str, Any] = {"customer": Customer, "party": Party, "contactmedium": ContactMedium}


@transaction.atomic
def restore_value(
    *, customer_id: int, thing: str, event_id: int, field: str, trigger: str, actor: Actor
) -> Any:
    """Put back the value a field had in a kept version of its row; returns that value."""
    require(actor, "customers.update_information")
    if field not in RESTORABLE.get(thing, ()):
        raise RuleBroken(
            "not-restorable",
            _("This value has a process of its own; it is not put back here."),
            kind="invalid",
        )
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    kept = event_model(_MODELS[thing])._default_manager.get(pgh_id=event_id)
    value = getattr(kept, field)
    if thing == "customer" and kept.pgh_obj_id == customer.pk:
        update_customer(
            customer_id=customer.pk, changes={field: value}, trigger=trigger, actor=actor
        )
    elif thing == "party" and kept.pgh_obj_id == customer.party_id:
        update_party(party_id=kept.pgh_obj_id, changes={field: value}, trigger=trigger, actor=actor)
    elif thing == "contactmedium" and kept.party_id == customer.party_id:
        _restore_medium(kept.pgh_obj_id, field, value, trigger, actor)
    else:
        raise _MODELS[thing].DoesNotExist
    return value


def _restore_medium(medium_id: int, field: str, value: Any, trigger: str, actor: Actor) -> None:
    if field == "valid_to" and value is None:
        reopen_contact_point(medium_id=medium_id, trigger=trigger, actor=actor)
        return
    change_contact_point(medium_id=medium_id, changes={field: value}, trigger=trigger, actor=actor)
