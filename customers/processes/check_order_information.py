"""Check Order Information: what an order needs to know, and what of it is there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers import information
from customers.governed import ORDER_INFORMATION
from customers.information import Subject
from customers.models import Customer, Order
from customers.ordering import table as tables
from customers.ordering.standing import Standing, is_open, standing
from customers.ordering.table import Needed, NotInTable, Question, Table, stricter
from readiness.registry.resolve import CapabilityOff, Resolved, configuration, resolve

ETOM = "1.3.6"


@dataclass(frozen=True, slots=True)
class Checked:
    """One item of the list, judged."""

    needed: Needed
    standing: Standing

    @property
    def is_open(self) -> bool:
        return is_open(self.needed, self.standing)

    @property
    def enter(self) -> str:
        """Where a person enters it: "here", the name of a page, or nowhere."""
        return information.named(self.needed.item.look).enter


@dataclass(frozen=True, slots=True)
class Checklist:
    """Everything an order needs, by one version of the table."""

    version: Resolved
    table: Table
    questions: tuple[Question, ...]
    items: tuple[Checked, ...]

    @property
    def open_items(self) -> list[Checked]:
        return [one for one in self.items if one.is_open]


def check_order_information(
    *,
    lines: Sequence[Mapping[str, Any]],
    customer_id: int | None,
    type: str = "",
    region: str = "",
    order: Order | None = None,
    actor: Actor,
) -> Checklist:
    """Ask the table about each line of an order and look up every item it names.

    An order that was opened under an earlier version of the table keeps to that one.
    """
    require(actor, "customers.view_customer")
    customer = None
    if customer_id is not None:
        seen = Customer.objects.visible_to(actor).select_related("party")
        customer = seen.get(pk=customer_id)
    version = serving(order)
    table = tables.read(version.config)
    subject = information.subject_of(customer, order)
    kind = (customer.type if customer else "") or type or Customer.Type.CONSUMER
    questions = tuple(
        _question(table, line, type=kind, region=region or region_of(subject)) for line in lines
    )
    needed = _together(one for question in questions for one in table.needed(question))
    return Checklist(version, table, questions, tuple(_judged(one, subject) for one in needed))


def order_checklist(order: Order, actor: Actor) -> Checklist:
    """The checklist of an order as it stands."""
    return check_order_information(
        lines=order.lines,
        customer_id=order.customer_id,
        region=order.region,
        order=order,
        actor=actor,
    )


def serving(order: Order | None = None) -> Resolved:
    """The version of the table to ask; RuleBroken when none is in use."""
    if order is not None and order.capability_version_id:
        return configuration(order.capability_version_id)
    try:
        return resolve(ORDER_INFORMATION.key)
    except CapabilityOff as off:
        raise RuleBroken("order-information-off", str(off)) from off


def region_of(subject: Subject) -> str:
    """Where the customer is: the country of an address, else the one this installation serves."""
    for medium in subject.media:
        country = str(medium.characteristic.get("country") or "")
        if medium.type == "address" and country:
            return country.upper()
    return str(settings.CRM_REGION)


def _question(table: Table, line: Mapping[str, Any], *, type: str, region: str) -> Question:
    try:
        return table.question(
            offering=str(line.get("offering") or ""),
            options=line.get("options") or {},
            type=type,
            region=region,
        )
    except NotInTable as wrong:
        raise RuleBroken(
            "not-in-the-table",
            _("The table of order information knows no %(what)s “%(value)s”. It knows %(known)s.")
            % {"what": wrong.field, "value": wrong.value, "known": ", ".join(wrong.known) or "–"},
            field="offering" if wrong.field == "offering" else "options",
            kind="invalid",
        ) from wrong


def _together(needed: Iterable[Needed]) -> list[Needed]:
    found: dict[str, Needed] = {}
    for one in needed:
        key = one.item.key
        found[key] = stricter(found[key], one) if key in found else one
    return list(found.values())


def _judged(needed: Needed, subject: Subject) -> Checked:
    held = information.known(subject, needed.item.look, needed.item.key)
    return Checked(needed, standing(held, needed.max_age_days, timezone.now()))
