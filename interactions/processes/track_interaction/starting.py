"""Choose the promise that applies and start its clocks; change it when the matter changes."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from crm.access import Actor
from customers.models import Agreement
from interactions.governed import SLA_CALENDAR, SLA_POLICY, policies
from interactions.models import Interaction
from interactions.processes.track_interaction.folding import first_fold
from interactions.processes.track_interaction.timeline import append
from readiness.registry.resolve import CapabilityOff, resolve


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised, by which versions and why this: written into the event that made it."""

    policy_version_id: int
    calendar_version_id: int
    rule: str
    calendar: str
    tier: str
    tier_because: str
    targets: dict[str, int]


def start_clocks(*, interaction: Interaction, actor: Actor, **data: Any) -> None:
    """Open the timeline with the promise that applies now; without a policy, no clock starts."""
    written: dict[str, Any] = {"direction": interaction.direction, "automatic": False, **data}
    try:
        written["promise"] = asdict(promise_for(interaction))
    except CapabilityOff as off:
        written |= {"promise": None, "no_promise_because": str(off)}
    opened = append(
        interaction,
        "opened",
        actor=actor,
        at=interaction.opened_at,
        channel=interaction.channel,
        **written,
    )
    first_fold(interaction=interaction, opened=opened, actor=actor)


def retarget(*, interaction: Interaction, reason: str, actor: Actor, mode: str = "carry") -> None:
    """Give running clocks the promise that applies after a change, keeping what was consumed.

    An interaction keeps the policy version it started under: only the rule within it is chosen
    anew.
    """
    opened = interaction.events.filter(type="opened").first()
    before = opened.data.get("promise") if opened else None
    if not before:
        return
    promise = promise_for(interaction, under=before)
    append(
        interaction, "retargeted", actor=actor, mode=mode, reason=reason, promise=asdict(promise)
    )


def promise_for(interaction: Interaction, under: dict[str, Any] | None = None) -> Promise:
    """The promise for an interaction as it is now, under serving versions or those named."""
    from readiness.registry.resolve import configuration

    if under:
        policy = configuration(int(under["policy_version_id"]))
        calendar = configuration(int(under["calendar_version_id"]))
    else:
        unit = unit_of(interaction)
        policy = resolve(SLA_POLICY.key, unit=unit)
        calendar = resolve(SLA_CALENDAR.key, unit=unit)
    tier, because = _tier(interaction, policy.config["tiers"])
    terms = policies.terms(
        policy.config,
        channel=interaction.channel,
        type=interaction.customer.type if interaction.customer else "unknown",
        tier=tier,
        priority=interaction.priority,
    )
    return Promise(
        policy_version_id=policy.version_id,
        calendar_version_id=calendar.version_id,
        rule=terms.rule,
        calendar=terms.calendar,
        tier=tier,
        tier_because=because,
        targets=dict(terms.targets),
    )


def unit_of(interaction: Interaction) -> str:
    """Whom a pilot counts: the customer, so that all their matters are treated alike."""
    customer = interaction.customer
    return str(customer.public_id if customer else interaction.public_id)


def _tier(interaction: Interaction, tiers: list[str]) -> tuple[str, str]:
    """Explicit agreement, else segment, else standard; ties go to the tier listed last."""
    customer = interaction.customer
    if customer is None:
        return policies.STANDARD, "default"
    today = timezone.localdate(interaction.opened_at)
    in_force = Agreement.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=today),
        Q(valid_to=None) | Q(valid_to__gte=today),
        customer=customer,
        sla_tier__in=tiers,
    ).annotate(named=Q(pk=interaction.agreement_id or 0))
    rows = in_force.order_by(F("named").desc(), "pk")
    found = list(rows.values_list("named", "sla_tier", "name"))
    if found:
        named = [row for row in found if row[0]] or found
        best = max(named, key=lambda row: tiers.index(row[1]))
        return best[1], f"agreement {best[2]}"
    if customer.segment in tiers:
        return customer.segment, "segment"
    return policies.STANDARD, "default"
