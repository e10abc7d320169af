"""What a broken promise comes to: billing hears that a credit may be due, once per promise."""

from collections.abc import Iterable

from crm.access import Actor
from crm.events.catalogue import CreditDue
from crm.events.publish import publish
from interactions.models import Commitment, SlaClock
from interactions.processes.track_interaction.stages import BREACH, CONTRACT, win


def credit_due(clock: SlaClock, number: int, actor: Actor) -> None:
    """Say that a promise was broken; the caller has won its stage and so is the only one."""
    matter = clock.interaction
    publish(
        CreditDue(
            interaction_id=matter.pk,
            clock_id=clock.pk,
            number=number,
            target=clock.target,
            customer_id=matter.customer_id,
            agreement_id=matter.agreement_id,
            policy_version_id=clock.capability_version_id,
        ),
        actor=actor,
    )


def credit_missed_promises(clock: SlaClock, promises: Iterable[Commitment], actor: Actor) -> None:
    """Later promises that a late stop shows to be broken, though no tick came in between."""
    for promise in promises:
        late = promise.number > CONTRACT and promise.outcome == Commitment.Outcome.MISSED
        if late and win(clock, promise.number, BREACH, superseded=True):
            credit_due(clock, promise.number, actor)
