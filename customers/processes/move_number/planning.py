"""What a move would do, before it does it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers import masking
from customers.models import ContactMedium, Customer, Identifier, Party
from customers.processes.keep_identifiers import canonical, out_of_sight, refuse_out_of_sight
from customers.processes.move_number.holding import Held, holders_of, rows_of

# Numbers of a subscription; accounts and contracts belong to whoever signed them.
MOVABLE = (Identifier.Kind.MSISDN, Identifier.Kind.IMSI, Identifier.Kind.ICCID)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a move would do; `seen` tells whether anything changed since it was shown."""

    kind: str
    value: str
    receiver: Customer
    party: Party
    holders: tuple[Held, ...]
    elsewhere: tuple[ContactMedium, ...]
    seen: str


def plan_move(*, customer_id: int, kind: str, value: str, actor: Actor) -> Plan:
    """Who has the number now and what would leave with it; nothing is written."""
    require(actor, "customers.update_information")
    # Whoever has or had the number is named.
    require(actor, masking.PERMISSION)
    receiver = Customer.objects.visible_to(actor).select_related("party").get(pk=customer_id)
    if receiver.party is None:
        raise RuleBroken("nobody-behind", _("Say first who the customer is: change the record."))
    if kind not in MOVABLE:
        raise RuleBroken(
            "not-movable",
            _("Only mobile numbers, IMSIs and SIM cards move by hand."),
            field="kind",
            kind="input",
        )
    written = canonical(kind, value)
    holders, elsewhere = holders_of(kind, written, receiver.party)
    if not holders and receiver.party.identifiers.at(timezone.now()).filter(
        kind=kind, value=written
    ):
        raise RuleBroken("already-theirs", _("The number is theirs already."), field="value")
    refuse_out_of_sight([one.party.pk for one in holders], actor)
    # Whose record one's role does not show is neither named nor touched.
    hidden = out_of_sight([one.party_id for one in elsewhere], actor)
    shown = tuple(one for one in elsewhere if one.party_id not in hidden)
    return Plan(
        kind,
        written,
        receiver,
        receiver.party,
        holders,
        shown,
        _fingerprint(holders, shown),
    )


def _fingerprint(holders: Iterable[Held], elsewhere: Iterable[ContactMedium]) -> str:
    rows = [row for one in holders for row in rows_of(one)] + list(elsewhere)
    named = sorted(f"{row._meta.model_name}:{row.pk}" for row in rows)
    return hashlib.blake2b(",".join(named).encode(), digest_size=8).hexdigest()
