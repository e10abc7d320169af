"""Answer what an order still needs, and complete it once nothing mandatory is open."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import OrderCompleted
from crm.events.publish import publish
from customers import consumers, information
from customers.contact_points import written
from customers.models import (
    Account,
    CompletionStep,
    Customer,
    Order,
    Party,
    RecordedItem,
    SearchToken,
)
from customers.ordering import table as tables
from customers.ordering.table import Item, NotInTable
from customers.processes.check_order_information import order_checklist, serving
from customers.processes.complete_order.opening import refresh_open_items, stamp_version
from customers.processes.record_customer import new_medium, save_checked

_TRIGGER = "customer-notified"


@transaction.atomic
def record_item(
    *,
    customer_id: int,
    item: str,
    value: str,
    valid_until: date | None = None,
    order_id: int | None = None,
    actor: Actor,
) -> None:
    """Write an item of the checklist where it belongs: contact point, account, or beside it."""
    require(actor, "customers.complete_order")
    require(actor, "customers.update_information")
    order = _under_way(order_id, actor) if order_id else None
    if order is not None and order.customer_id != customer_id:
        raise Order.DoesNotExist
    seen = Customer.objects.visible_to(actor).select_related("party")
    customer = seen.lock(customer_id)
    known = _item(order, item)
    text = value.strip()
    if not text:
        raise RuleBroken(
            "nothing-said", _("Say what was found out."), field="value", kind="invalid"
        )
    with because(actor, _TRIGGER, **({"order": str(order.public_id)} if order else {})):
        again = _write(customer, known, text, valid_until, actor)
    SearchToken.objects.refresh([customer.pk])
    if order is not None:
        if again:
            order.reworked += 1
            order.save(update_fields=["reworked"])
        refresh_open_items(order)


@transaction.atomic
def choose_options(
    *, order_id: int, line_id: str, options: Mapping[str, Any], actor: Actor
) -> Order:
    """Change what was chosen for one line; what the order needs changes with it."""
    require(actor, "customers.complete_order")
    order = _under_way(order_id, actor)
    table = tables.read(serving(order).config)
    line = next((one for one in order.lines if one["id"] == line_id), None)
    if line is None:
        raise RuleBroken(
            "no-such-line", _("The order has no such line."), field="line", kind="invalid"
        )
    try:
        asked = table.question(
            offering=line["offering"],
            options={**line["options"], **options},
            type=Customer.Type.CONSUMER,
            region=tables.ELSEWHERE if tables.ELSEWHERE in table.regions else table.regions[0],
        )
    except NotInTable as wrong:
        raise RuleBroken("not-in-the-table", str(wrong), field="options", kind="invalid") from wrong
    chosen = {key: value for key, value in asked.options.items() if key in options}
    line["chosen"] = {**line.get("chosen", {}), **chosen}
    line["options"] = {**line["options"], **chosen}
    with because(actor, _TRIGGER):
        order.save(update_fields=["lines"])
    refresh_open_items(order)
    return order


@transaction.atomic
def record_step(*, order_id: int, step: str, state: str, note: str = "", actor: Actor) -> Order:
    """Record that the customer took part, accepted or was trained, or why that is not needed."""
    require(actor, "customers.complete_order")
    order = _under_way(order_id, actor)
    if step not in CompletionStep.Step.values or state not in CompletionStep.State.values:
        raise RuleBroken(
            "unknown-step",
            _("Steps are %(steps)s; each is %(states)s.")
            % {
                "steps": ", ".join(CompletionStep.Step.values),
                "states": ", ".join(CompletionStep.State.values),
            },
            field=step if step in CompletionStep.Step.values else "step",
            kind="invalid",
        )
    if state == CompletionStep.State.NOT_NEEDED and not note.strip():
        raise RuleBroken(
            "reason-missing", _("Say why it is not needed."), field="note", kind="invalid"
        )
    held = order.steps.filter(step=step).first()
    if held is not None and (held.state, held.note) == (state, note.strip()):
        return order
    with because(actor, _TRIGGER):
        CompletionStep.objects.update_or_create(
            order=order,
            step=step,
            defaults={
                "state": state,
                "note": note.strip()[:200],
                "at": timezone.now(),
                "by": actor.name,
            },
        )
        # The revision is the version of the whole, steps included.
        order.save(update_fields=["updated_at"])
    return order


@transaction.atomic
def complete_order(*, order_id: int, actor: Actor) -> Order:
    """Complete an order; refused with the list while anything mandatory is open."""
    require(actor, "customers.complete_order")
    order = Order.objects.visible_to(actor).lock(order_id)
    if order.state == Order.State.COMPLETED:
        return order
    _still_open(order)
    stamp_version(order)
    if left := open_matters(order, actor):
        raise RuleBroken(
            "information-open",
            _("The order cannot be completed: %(what)s.")
            % {"what": "; ".join(str(one["name"]) for one in left)},
            details={"open": left},
        )
    order.all_ready = all(row.ready for row in consumers.readiness(order))
    order.state, order.completed_at = Order.State.COMPLETED, timezone.now()
    order.open_items = 0
    with because(actor, "order completed"):
        order.save()
    publish(
        OrderCompleted(
            order_id=order.pk, customer_id=order.customer_id or 0, all_ready=order.all_ready
        ),
        actor=actor,
    )
    return order


def open_matters(order: Order, actor: Actor) -> list[dict[str, str]]:
    """What an order waits for: its mandatory items, its steps, and its customer."""
    if order.customer_id is None or order.problem:
        why = order.problem or _("It is not known yet whose order this is.")
        return [_matter("customer", _("The customer"), "missing", why)]
    if not order.lines:
        why = _("The order system sends them with its next event.")
        return [_matter("lines", _("What is ordered"), "missing", why)]
    found = [
        _matter(
            one.needed.item.key,
            one.needed.item.name,
            one.standing.status,
            one.needed.item.where,
        )
        for one in order_checklist(order, actor).open_items
    ]
    done = dict(order.steps.values_list("step", "state"))
    for step in CompletionStep.Step:
        if done.get(step, CompletionStep.State.OPEN) == CompletionStep.State.OPEN:
            found.append(_matter(step.value, str(step.label), "open", ""))
    return found


def _matter(item: str, name: str, status: str, where: str) -> dict[str, str]:
    return {"item": item, "name": name, "status": status, "where": where}


def _under_way(order_id: int, actor: Actor) -> Order:
    order = Order.objects.visible_to(actor).lock(order_id)
    if order.state == Order.State.COMPLETED:
        raise RuleBroken("already-completed", _("This order is completed; it changes no more."))
    _still_open(order)
    return order


def _still_open(order: Order) -> None:
    if not order.is_under_way:
        raise RuleBroken(
            "called-off",
            _("This order is “%(state)s”; there is nothing to complete.")
            % {"state": order.get_state_display()},
        )


def _item(order: Order | None, key: str) -> Item:
    items = tables.read(serving(order).config).items
    if key not in items:
        raise RuleBroken(
            "unknown-item",
            _("There is no item “%(key)s” in the table of order information.") % {"key": key},
            field="item",
            kind="invalid",
        )
    return items[key]


def _write(
    customer: Customer, item: Item, value: str, valid_until: date | None, actor: Actor
) -> bool:
    """Write a value where the item is looked up; says whether there was another one before."""
    name, _colon, argument = item.look.partition(":")
    if information.named(name).enter != information.HERE:
        raise RuleBroken(
            "entered-elsewhere",
            _("“%(item)s” is entered in the customer's record.") % {"item": item.name},
            field="item",
            kind="invalid",
        )
    if name == "contact.role":
        return _write_contact(_party_of(customer), argument, value)
    if name.startswith("account."):
        return _write_payment(customer, value)
    return _write_beside(customer, item, value, valid_until, actor)


def _write_beside(
    customer: Customer, item: Item, value: str, valid_until: date | None, actor: Actor
) -> bool:
    held = customer.recorded_items.filter(key=item.key).first()
    row = held or RecordedItem(customer=customer, key=item.key)
    row.value, row.valid_until = value[:300], valid_until
    row.recorded_at, row.recorded_by = timezone.now(), actor.name
    save_checked(row)
    return held is not None


def _write_contact(party: Party, role: str, value: str) -> bool:
    """A person's phone or e-mail with its use; what was written for that use before ends."""
    kind = _kind_of(value)
    now = timezone.now()
    before = party.contact_media.current().filter(role=role)
    again = before.update(valid_to=now) > 0
    medium = new_medium(party, {"type": kind, "value": value[:320], "role": role})
    medium.valid_from = now
    save_checked(medium)
    return again


def _kind_of(value: str) -> str:
    for kind in ("email", "mobile"):
        if written(kind, value, region=settings.CRM_REGION).normalised:
            return kind
    raise RuleBroken(
        "not-a-contact-point",
        _("Write a phone number or an e-mail address."),
        field="value",
        kind="invalid",
    )


def _write_payment(customer: Customer, value: str) -> bool:
    account = customer.accounts.order_by("pk").first()
    again = bool(account and account.payment_method)
    account = account or Account(customer=customer, number=f"BA-{customer.number}")
    account.payment_method = value[:60]
    account.save()
    return again


def _party_of(customer: Customer) -> Party:
    if customer.party is None:
        raise RuleBroken(
            "no-party",
            _("Nobody is recorded behind this customer yet. Record the person first."),
        )
    return customer.party
