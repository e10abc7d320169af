"""Change the State of a Capability: the one way from draft to retirement, and its trace."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import CapabilityStateChanged
from crm.events.publish import publish
from readiness.models import CapabilityVersion
from readiness.registry.resolve import forget_snapshot

ETOM = "1.3.1"

State = CapabilityVersion.State

WAYS: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.IN_TEST, State.WITHDRAWN}),
    State.IN_TEST: frozenset({State.DRAFT, State.ACCEPTED}),
    State.ACCEPTED: frozenset({State.PILOT, State.GENERAL_AVAILABILITY, State.WITHDRAWN}),
    State.PILOT: frozenset({State.PILOT, State.GENERAL_AVAILABILITY, State.SUSPENDED}),
    State.GENERAL_AVAILABILITY: frozenset({State.SUSPENDED, State.SUPERSEDED}),
    State.SUSPENDED: frozenset({State.PILOT, State.GENERAL_AVAILABILITY, State.RETIRED}),
    State.SUPERSEDED: frozenset({State.GENERAL_AVAILABILITY, State.RETIRED}),
    State.WITHDRAWN: frozenset(),
    State.RETIRED: frozenset(),
}


def change_state(version: CapabilityVersion, new: str, *, note: str = "", actor: Actor) -> None:
    """Move a locked version to another state, say so, and let every worker read afresh."""
    old = version.state
    if new not in WAYS[old]:
        raise RuleBroken(
            "not-from-here",
            _("Version %(n)d is %(old)s; it can't become %(new)s from there. Nothing was changed.")
            % {
                "n": version.number,
                "old": State(old).label.lower(),
                "new": State(new).label.lower(),
            },
        )
    version.state, version.state_since, version.state_note = new, timezone.now(), note
    with because(actor, note or f"{old} to {new}"):
        version.save(update_fields=["state", "state_since", "state_note"])
    publish(
        CapabilityStateChanged(version_id=version.pk, slot=version.slot.key, old=old, new=new),
        actor=actor,
    )
    # Now, so that this transaction sees its own change; and at commit, for whoever read between.
    forget_snapshot()
    transaction.on_commit(forget_snapshot)
