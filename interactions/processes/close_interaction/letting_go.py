"""What every ending has in common: its policy, its hold on the record, its open questions."""

from typing import Any

from crm.access import SYSTEM
from crm.errors import RuleBroken
from interactions.governed import CLOSE_POLICY
from interactions.models import Interaction, ResponseRequest
from interactions.processes.log_interaction import HOLD
from readiness.registry.resolve import CapabilityOff, Resolved, resolve


def policy_of(interaction: Interaction) -> Resolved:
    try:
        return resolve(CLOSE_POLICY.key, unit=str(interaction.public_id))
    except CapabilityOff as off:
        raise RuleBroken("closing-off", str(off)) from off


def withdraw_questions(interaction: Interaction) -> None:
    interaction.requests.filter(state=ResponseRequest.State.ASKED).update(
        state=ResponseRequest.State.WITHDRAWN, next_reminder_at=None
    )


def hold(process: Any, interaction: Interaction, **more: str) -> None:
    """Place or release the hold of a matter on its customer's record."""
    # The product itself holds and lets go: it is no wish of whoever closes.
    if interaction.customer_id is not None:
        process(
            customer_id=interaction.customer_id,
            kind=HOLD,
            reference=str(interaction.public_id),
            actor=SYSTEM,
            **more,
        )
