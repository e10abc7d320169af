"""Calls: who rings is on the agent's screen at once, and every call ends with a wrap-up.

Events of one call come in any order and more than once; what a call has reached it keeps.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import SYSTEM, Actor, actor_for, require
from crm.accounts.models import User
from crm.errors import RuleBroken
from crm.web.notices import notify
from customers import masking
from customers.models import Customer
from interactions.channels.phone import CallEvent
from interactions.governed import CLOSE_POLICY
from interactions.models import Call, Inbound, Interaction
from interactions.processes.close_interaction import close, complete
from interactions.processes.log_interaction import log_interaction
from interactions.processes.receive_message import senders
from interactions.processes.update_interaction import add_message
from readiness.registry.resolve import resolve

_State = Call.State
_OLDEST: Final = timedelta(hours=12)


def apply(row: Inbound, said: CallEvent) -> None:
    """What one event of the exchange means."""
    call = _call(row, said)
    agent = _agent(said.agent)
    if agent is not None and call.agent_id != agent.pk:
        call.agent = agent
    at = _plausible(said.at, row)
    match said.event:
        case "answered":
            call.answered_at = call.answered_at or at
            if call.state == _State.RINGING:
                call.state = _State.ANSWERED
            elif call.state == _State.MISSED:
                # The end was told first: somebody spoke, and wraps it up in the matter it made.
                call.state = _State.ENDED
        case "ended":
            call.ended_at = call.ended_at or at
            call.hold_seconds = max(call.hold_seconds, said.hold_seconds)
            call.state = _State.ENDED if call.answered_at else _State.MISSED
    call.save()
    if call.state == _State.MISSED:
        _missed(call, row)
    elif call.agent is not None:
        _tell(call, call.agent)
    row.interaction_id = call.interaction_id


@transaction.atomic
def wrap_up(
    *,
    call_id: int,
    code: str,
    note: str,
    reason_key: str = "",
    done: bool = False,
    customer_id: int | None = None,
    interaction_id: int | None = None,
    actor: Actor,
) -> Interaction:
    """Say what a call was about and what came of it; it is logged with that, once.

    `done`: nothing is left to do and the caller knows, so the matter is closed with it.
    """
    require(actor, "interactions.log_interaction")
    call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    if call.wrap_up and call.interaction is not None:
        return call.interaction
    if call.agent_id != actor.pk:
        raise RuleBroken("not-your-call", _("Somebody else had this call."))
    _known_code(code)
    if interaction_id is None:
        interaction = log_interaction(
            customer_id=customer_id,
            channel="phone",
            direction=call.direction,
            reason_key=reason_key,
            text=note,
            subject=note.strip().partition("\n")[0] or _("Call"),
            occurred_at=call.rang_at,
            source=call.source,
            external_id=call.external_id,
            actor=actor,
        )
    else:
        interaction = Interaction.objects.visible_to(actor).get(pk=interaction_id)
    # Somebody spoke with the customer: that is an answer.
    add_message(
        interaction_id=interaction.pk,
        body=note.strip() or _("Call"),
        channel="phone",
        occurred_at=call.ended_at,
        actor=actor,
    )
    call.wrap_up, call.wrapped_at, call.interaction = code, timezone.now(), interaction
    call.save(update_fields=["wrap_up", "wrapped_at", "interaction"])
    if done:
        complete(interaction_id=interaction.pk, outcome=code, actor=actor)
        close(interaction_id=interaction.pk, informed_by="phone", actor=actor)
    return interaction


def to_wrap_up(agent_id: int) -> list[Call]:
    """The calls of this agent that ended and wait for their code, oldest first."""
    ended = Call.objects.filter(agent=agent_id, wrap_up="", state=_State.ENDED)
    return list(ended.order_by("rang_at")[:20])


def codes() -> list[str]:
    """What a call may end with: the outcomes of the closing policy in use."""
    return list(resolve(CLOSE_POLICY.key).config["outcomes"])


def who_may_be_calling(call: Call) -> list[int]:
    """The customers this number is today; whoever had it before is not among them."""
    return senders.customers_at("phone", call.number)


def _known_code(code: str) -> None:
    if code not in codes():
        raise RuleBroken(
            "wrap-up-missing", _("Choose how the call ended."), field="code", kind="invalid"
        )


def _call(row: Inbound, said: CallEvent) -> Call:
    call, _new = Call.objects.get_or_create(
        source=row.source,
        external_id=said.call,
        defaults={
            "direction": "outbound" if said.outbound else "inbound",
            "number": said.number,
            "our_number": said.our_number,
            "state": _State.RINGING,
            "rang_at": _plausible(said.at, row),
        },
    )
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    call.number = call.number or said.number
    found = who_may_be_calling(call)
    call.customer_id = found[0] if len(found) == 1 else None
    return call


def _plausible(at: datetime | None, row: Inbound) -> datetime:
    """The exchange's own time, unless its clock is far off."""
    if at is None or at > row.received_at or at < row.received_at - _OLDEST:
        return row.received_at
    return at


def _agent(login: str) -> User | None:
    if not login:
        return None
    people = User.objects.filter(is_active=True, is_partner=False)
    return people.filter(username=login).first() or people.filter(email__iexact=login).first()


def _tell(call: Call, agent: User) -> None:
    """On the screen of who has the call: who rings, and afterwards that it wants wrapping up."""
    if call.wrap_up:
        return
    actor = actor_for(agent)
    customer = Customer.objects.visible_to(actor).filter(pk=call.customer_id or 0).first()
    clear = masking.sees_people(actor)
    number = call.number if clear else masking.contact_point("phone", call.number)
    name = customer.name if customer and clear else number or _("Number withheld")
    ended = call.state == _State.ENDED
    notify(
        [agent.pk],
        level="warn" if ended else "info",
        title=format_lazy(
            gettext_lazy("Wrap up your call: {who}") if ended else gettext_lazy("Call: {who}"),
            who=name,
        ),
        body=number,
        url=reverse("interactions:call", args=[call.public_id]),
        dedupe_key=f"call:{call.pk}:{'ended' if ended else 'ringing'}",
    )


def _missed(call: Call, row: Inbound) -> None:
    """Nobody answered: somebody calls back."""
    if call.interaction_id is not None or not call.number or call.direction == "outbound":
        return
    call.interaction = log_interaction(
        customer_id=call.customer_id,
        channel="phone",
        subject=_("Missed call"),
        text=_("%(number)s rang and nobody answered.") % {"number": call.number},
        occurred_at=call.rang_at,
        source=row.source,
        external_id=call.external_id,
        actor=SYSTEM,
    )
    call.save(update_fields=["interaction"])
