"""Closed interactions with everything that can hang off them, straight into the tables."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from customers.models import Customer
from interactions.models import (
    Commitment,
    Interaction,
    InteractionEvent,
    Message,
    ResponseRequest,
    SlaClock,
    StageNotice,
)
from readiness.models import CapabilityVersion
from tests.readiness.factories import a_serving_version


def a_retention_policy(*rules: Mapping[str, Any], **changes: Any) -> CapabilityVersion:
    """A policy in use; without rules: 100 days for everybody, archived when silent."""
    return a_serving_version("retention.policy", a_policy(*rules, **changes))


def a_policy(*rules: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    general: list[Mapping[str, Any]] = [
        {"relationship": relationship}
        for relationship in ("live", "services-ended", "ended", "none")
    ]
    usual: dict[str, Any] = {
        "data_class": "interaction",
        "jurisdiction": "*",
        "keep_days": 100,
        "on_silence": "archive",
    }
    return {
        "rules": [{**usual, **rule} for rule in rules or general],
        "blocking_holds": ["*"],
        "restored_stays_days": 30,
    } | changes


def a_closed_interaction(
    customer: Customer | None, closed_at: datetime, version: CapabilityVersion, **fields: Any
) -> Interaction:
    opened = closed_at - timedelta(days=2, microseconds=123_457)
    interaction = Interaction.objects.create(
        **{
            "customer": customer,
            "direction": "inbound",
            "channel": "email",
            "subject": "Łącze „Fibre 900”, it's slow; ✓\nsecond line",
            "description": 'a\tb\\n "quoted" \' \u2028',
            "status": "closed",
            "verticals": ["assurance", "billing"],
            "opened_at": opened,
            "completed_at": closed_at,
            "closed_at": closed_at,
            "outcome": "solved",
            "customer_informed": "email",
            "as_given": {"b": [1.10, None, {"ü": True}], "a": ""},
        }
        | fields
    )
    for seq in (1, 2, 3):
        InteractionEvent.objects.create(
            interaction=interaction,
            seq=seq,
            type="noted",
            occurred_at=opened,
            actor_name="ellie",
            data={"n": seq, "text": "x" * seq},
        )
    message = Message.objects.create(
        interaction=interaction,
        direction="outbound",
        channel="email",
        author_name="ellie",
        body="Hello,\r\n\r\nit is fixed.",
        state="sent",
        sent_at=closed_at,
        dedupe_key=f"m-{interaction.pk}",
        capability_version=version,
    )
    ResponseRequest.objects.create(
        interaction=interaction, question="Photo?", on_silence="close", due_at=closed_at
    )
    clock = SlaClock.objects.create(
        interaction=interaction,
        target="resolution",
        capability_version=version,
        calendar_version=version,
        calendar="desk",
        rule="default",
        target_seconds=3600,
        state="met",
        started_at=opened,
        stopped_at=closed_at,
    )
    StageNotice.objects.create(clock=clock, commitment_no=1, stage=50)
    Commitment.objects.create(
        clock=clock, number=1, due_at=closed_at, origin="policy", notice=message
    )
    return interaction
