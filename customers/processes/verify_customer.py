"""Verify Customer: a document was seen, so the record is about a person who exists."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import CustomerStatusChanged, PartyUpdated
from crm.events.publish import publish
from customers.models import Customer, Identifier, Party

ETOM = "1.3.4.2.1"


@transaction.atomic
def verify_customer(*, customer_id: int, document: str, reference: str, actor: Actor) -> Customer:
    """Record which document proved the identity; a prospect becomes a verified one.

    Seen again, the same document changes nothing.
    """
    require(actor, "customers.update_information")
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    if customer.party_id is None:
        raise RuleBroken(
            "nobody-behind",
            _("Nobody stands behind this record yet. Say who it is first."),
            field="reference",
        )
    if not reference.strip():
        raise RuleBroken(
            "reference-needed", _("Say which document it was."), field="reference", kind="invalid"
        )
    party = Party.objects.lock(customer.party_id)
    with because(actor, f"identity verified by {document}"):
        _keep_document(party, document, reference.strip())
        _validate(party, actor)
        if customer.status == Customer.Status.PROSPECT:
            customer.status, customer.status_as_given = Customer.Status.VERIFIED, ""
            customer.save(update_fields=["status", "status_as_given"])
            publish(
                CustomerStatusChanged(
                    customer_id=customer.pk,
                    old=Customer.Status.PROSPECT,
                    new=Customer.Status.VERIFIED,
                ),
                actor=actor,
            )
    return customer


def _keep_document(party: Party, document: str, reference: str) -> None:
    Identifier.objects.get_or_create(
        party=party,
        kind=Identifier.Kind.DOCUMENT,
        issuer=document[:80],
        value=reference[:120],
        valid_to=None,
    )


def _validate(party: Party, actor: Actor) -> None:
    if party.status != Party.Status.INITIALIZED:
        return
    party.status = Party.Status.VALIDATED
    party.save(update_fields=["status"])
    publish(PartyUpdated(party_id=party.pk, party_kind=party.kind, changed=["status"]), actor=actor)
