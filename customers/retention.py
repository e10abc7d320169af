"""The retention policy as configured, and the rows it names now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from customers.archivable import DataClass
from customers.models import ArchivedRecord, Consent, Customer, Hold
from readiness.registry.settings import SettingProblem

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
            _(
                "A policy has rules (records, country, customer, days kept online, what silence"
                " means), the holds that stop archiving, and how long a restored record stays."
            )
        ) from problem
    seen = set()
    for number, rule in enumerate(read.rules):
        _check_rule(rule, f"rules.{number}")
        where = (rule.data_class, rule.jurisdiction, rule.relationship)
        if where in seen:
            raise SettingProblem(
                _("Two rules speak of %(what)s.") % {"what": " / ".join(where)},
                f"rules.{number}.relationship",
            )
        seen.add(where)
    if not read.rules:
        raise ValueError(_("A policy without rules keeps everything: hold it instead."))
    if not isinstance(read.restored_stays_days, int) or read.restored_stays_days < 1:
        raise SettingProblem(_("What was restored stays at least one day."), "restored_stays_days")


def _check_rule(rule: Rule, where: str) -> None:
    if rule.relationship not in RELATIONSHIPS:
        raise SettingProblem(
            _("“%(value)s” is no state of a customer: %(known)s.")
            % {"value": rule.relationship, "known": ", ".join(RELATIONSHIPS)},
            f"{where}.relationship",
        )
    if rule.on_silence not in ON_SILENCE:
        raise SettingProblem(
            _("“%(value)s” is no answer to silence: %(known)s.")
            % {"value": rule.on_silence, "known": ", ".join(ON_SILENCE)},
            f"{where}.on_silence",
        )
    if not isinstance(rule.keep_days, int) or not 0 <= rule.keep_days <= _LONGEST_DAYS:
        raise SettingProblem(
            _("Write a whole number of days, within a century."), f"{where}.keep_days"
        )


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
