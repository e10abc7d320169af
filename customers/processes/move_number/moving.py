"""The move itself: whoever had the number has it no longer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.audit.history import because
from crm.errors import RuleBroken
from customers.models import Identifier, NumberMove, Order, Party, Product
from customers.processes.keep_identifiers import tell
from customers.processes.move_number.holding import end_row, party_of, rows_of
from customers.processes.move_number.planning import Plan, plan_move
from customers.processes.record_customer import save_checked


@transaction.atomic
def move_number(
    *,
    customer_id: int,
    kind: str,
    value: str,
    reason: str,
    former: str = Identifier.Ended.CORRECTED,
    services_follow: bool = False,
    also_elsewhere: bool = False,
    since: datetime | None = None,
    seen: str = "",
    actor: Actor,
) -> NumberMove:
    """Give a number to a customer and take it, with what ran on it, from whoever had it.

    `seen` is the fingerprint of the plan somebody agreed to: another state of things refuses it.
    """
    plan = plan_move(customer_id=customer_id, kind=kind, value=value, actor=actor)
    party_ids = {plan.party.pk, *(one.party.pk for one in plan.holders)}
    list(Party.objects.filter(pk__in=party_ids).order_by("pk").select_for_update(of=("self",)))
    # Looked at again under the locks: a move that ran at the same moment is seen now.
    plan = plan_move(customer_id=customer_id, kind=kind, value=value, actor=actor)
    if seen and seen != plan.seen:
        raise RuleBroken(
            "changed-meanwhile",
            _("Somebody changed who has this number while you looked. See what would happen now."),
        )
    at = since or timezone.now()
    _refuse(plan, reason, former, at)
    rows = [row for one in plan.holders for row in rows_of(one)]
    rows += plan.elsewhere if also_elsewhere else ()
    with because(actor, reason):
        ended = [end_row(row, at, former) for row in rows]
        given = Identifier(party=plan.party, kind=kind, value=plan.value)
        given.valid_from = at
        save_checked(given)
        begun = _follow(plan, at) if services_follow else []
    move = NumberMove.objects.create(
        kind=kind,
        value=plan.value,
        origin=plan.holders[0].party if plan.holders else None,
        target=plan.party,
        given=given,
        ended=ended,
        begun=begun,
        reason=reason[:200],
        by_name=actor.name,
    )
    tell(_parties(rows, given), actor)
    return move


def record_taken(
    *, order: Order, given: Identifier, ended: Sequence[Mapping[str, Any]], origin: Party,
    actor: Actor,
) -> NumberMove:  # fmt: skip
    """Keep that news of an order took a number from somebody it still stood with."""
    return NumberMove.objects.create(
        kind=given.kind,
        value=given.value,
        origin=origin,
        target_id=given.party_id,
        order=order,
        given=given,
        ended=list(ended),
        by_name=actor.name,
    )


def _refuse(plan: Plan, reason: str, former: str, at: datetime) -> None:
    if not reason.strip():
        raise RuleBroken("say-why", _("Say why it moves."), field="reason", kind="invalid")
    if former not in Identifier.Ended.values:
        raise RuleBroken(
            "unknown-reason", _("Say why it left its former holder."), field="former", kind="input"
        )
    begun = [one.valid_from for held in plan.holders for one in held.identifiers]
    if at > timezone.now() or any(at < one for one in begun):
        raise RuleBroken(
            "not-in-their-time",
            _("The day lies before the former holder had the number, or in the future."),
            field="since",
            kind="invalid",
        )


def _follow(plan: Plan, at: datetime) -> list[dict[str, Any]]:
    """Begin the services of the former holder at the new one."""
    begun = []
    for product in (one for held in plan.holders for one in held.products):
        mine = Product(
            customer=plan.receiver,
            name=product.name,
            kind=product.kind,
            service_number=product.service_number,
            options=product.options,
            valid_from=timezone.localdate(at),
        )
        save_checked(mine)
        begun.append({"table": "product", "id": mine.pk, "name": mine.name})
    return begun


def _parties(rows: Iterable[Any], given: Identifier) -> list[Party]:
    ids = {given.party_id, *(party_of(row) for row in rows)}
    return list(Party.objects.filter(pk__in=ids).order_by("pk"))
