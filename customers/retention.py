"""The retention policy as configured, and the rows it names now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from customers.archivable import DataClass
from customers.models import ArchivedRecord, Consent, Customer, Hold

ANY = "*"
# The relationship states a rule may speak of, and the customers that are in each.
RELATIONSHIPS: dict[str, tuple[str, ...]] = {
    "live": (Customer.Status.PROSPECT, Customer.Status.VERIFIED, Customer.Status.ACTIVE),
    "services-ended": (Customer.Status.SERVICES_ENDED,),
    "ended": (Customer.Status.TERMINATED,),
    "none": (),
}
ON_SILENCE = ("archive", "keep")
_LONGEST_DAYS = 36_525


@dataclass(frozen=True, slots=True)
class Rule:
    """Keep one class of data this long after it was closed, in one state of the relationship."""

    data_class: str
    jurisdiction: str
    relationship: str
    keep_days: int
    on_silence: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A version's configuration, read into what it means."""

    version_id: int
    rules: tuple[Rule, ...]
    blocking_holds: tuple[str, ...]
    restored_stays_days: int

    def rules_for(self, data_class: str, jurisdiction: str) -> tuple[Rule, ...]:
        """One rule per state of the relationship: the jurisdiction's own before the general."""
        chosen: dict[str, Rule] = {}
        for rule in self.rules:
            if rule.data_class != data_class or rule.jurisdiction not in {ANY, jurisdiction}:
                continue
            if rule.relationship not in chosen or rule.jurisdiction != ANY:
                chosen[rule.relationship] = rule
        return tuple(chosen.values())


def policy(version_id: int, config: Mapping[str, Any]) -> Policy:
    return Policy(
        version_id=version_id,
        rules=tuple(Rule(**rule) for rule in config["rules"]),
        blocking_holds=tuple(config["blocking_holds"]),
        restored_stays_days=config["restored_stays_days"],
    )


def check(config: Mapping[str, Any]) -> None:
    """Refuse, with a sentence, a policy that cannot be followed."""
    try:
        read = policy(0, config)
    except (KeyError, TypeError) as problem:
        raise ValueError(
            "A policy has rules (data_class, jurisdiction, relationship, keep_days, on_silence),"
            " blocking_holds and restored_stays_days."
        ) from problem
    seen = set()
    for rule in read.rules:
        _check_rule(rule)
        where = (rule.data_class, rule.jurisdiction, rule.relationship)
        if where in seen:
            raise ValueError(f"Two rules speak of {' / '.join(where)}.")
        seen.add(where)
    if not read.rules:
        raise ValueError("A policy without rules keeps everything: suspend it instead.")
    if not isinstance(read.restored_stays_days, int) or read.restored_stays_days < 1:
        raise ValueError("What was restored stays at least one day.")


def _check_rule(rule: Rule) -> None:
    if rule.relationship not in RELATIONSHIPS:
        raise ValueError(f"{rule.relationship!r} is no state: {', '.join(RELATIONSHIPS)}.")
    if rule.on_silence not in ON_SILENCE:
        raise ValueError(f"{rule.on_silence!r} is no answer to silence: {', '.join(ON_SILENCE)}.")
    if not isinstance(rule.keep_days, int) or not 0 <= rule.keep_days <= _LONGEST_DAYS:
        raise ValueError("keep_days is a whole number of days within a century.")


def old_enough(data_class: DataClass, policy: Policy, now: datetime) -> "QuerySet[Any]":
    """Closed rows past their time, each with who accepts and what holds it.

    Annotated: `on_silence` says what the rule does without an answer, `accepted` and `refused`
    what the customer answered, `blocked` whether a hold stands, `restored` whether it came back
    lately.
    """
    past = Q(pk__in=[])
    keep = Q(pk__in=[])
    for rule in policy.rules_for(data_class.key, settings.CRM_REGION):
        statuses = RELATIONSHIPS[rule.relationship]
        whose = Q(customer__status__in=statuses) if statuses else Q(customer=None)
        due = whose & Q(**{f"{data_class.closed_at}__lt": now - timedelta(days=rule.keep_days)})
        past |= due
        if rule.on_silence == "keep":
            keep |= due
    holds = Hold.objects.filter(customer=OuterRef("customer_id"), released_at=None)
    if ANY not in policy.blocking_holds:
        holds = holds.filter(kind__in=policy.blocking_holds)
    answers = Consent.objects.in_force().filter(
        party__relationships=OuterRef("customer_id"), purpose__key="archiving", channel="any"
    )
    back = ArchivedRecord.objects.filter(
        data_class=data_class.key,
        source_id=OuterRef("pk"),
        restored_at__gt=now - timedelta(days=policy.restored_stays_days),
    )
    old: QuerySet[Any] = (
        data_class.rows()
        .filter(data_class.closed & past)
        .annotate(
            blocked=Exists(holds),
            accepted=Exists(answers.filter(given=True)),
            refused=Exists(answers.filter(given=False)),
            restored=Exists(back),
            silent_keeps=_whether(data_class, keep),
        )
    )
    return old


def candidates(data_class: DataClass, policy: Policy, now: datetime) -> "QuerySet[Any]":
    """What may be archived now: old enough, nobody needs it, and it is accepted."""
    return (
        old_enough(data_class, policy, now)
        .filter(blocked=False, refused=False, restored=False)
        .filter(Q(accepted=True) | Q(silent_keeps=False))
        .order_by(F("customer_id").asc(nulls_last=True), "pk")
    )


def basis(*, customer_id: int | None, accepted: bool) -> str:
    """Why a row may be in the archive, as written beside it."""
    if customer_id is None:
        return "no-customer"
    return "customer-accepted" if accepted else "policy-on-silence"


def _whether(data_class: DataClass, condition: Q) -> Exists:
    return Exists(data_class.rows().filter(condition, pk=OuterRef("pk")))
