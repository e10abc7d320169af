"""What a profile is built from, and questions about facts that join several models."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.insight.models import Fact
from customers.insight.sections.facts import Believed
from customers.models import Consent, ConsentPurpose, Customer


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything the profile of one customer rests on."""

    customer_id: int
    customer_type: str
    facts: tuple[Believed, ...]
    covered: frozenset[str]


def profile_inputs(customer_ids: Sequence[int]) -> list[Inputs]:
    """The inputs of many customers in four queries, facts in a fixed order."""
    customers = Customer.objects.filter(pk__in=customer_ids).values_list("pk", "type", "party_id")
    believed = defaultdict(list)
    facts = Fact.objects.believed().filter(customer__in=customer_ids)
    for customer, *fact in facts.order_by("pk").values_list("customer_id", *_COLUMNS):
        believed[customer].append(_plain(*fact))
    default, answers = _purposes([party for _pk, _type, party in customers if party])
    return [
        Inputs(
            customer_id=pk,
            customer_type=kind,
            facts=tuple(believed[pk]),
            covered=_covered(default, answers.get(party, {})),
        )
        for pk, kind, party in customers
    ]


def covered_purposes(customer_id: int) -> frozenset[str]:
    """The purposes for which this customer's facts may be used now."""
    (inputs,) = profile_inputs([customer_id])
    return inputs.covered


def _covered(default: Mapping[str, bool], said: dict[str, bool]) -> frozenset[str]:
    """What holds by itself and was not refused, and what was allowed.

    What rests on the contract or the law can be refused as a message, not as a record.
    """
    refused = {purpose for purpose, given in said.items() if not given}
    standing = {purpose for purpose, firm in default.items() if firm or purpose not in refused}
    return frozenset(standing | (said.keys() - refused))


# Plain columns: a file of 7,000 customers brings more than 100,000 facts.
_COLUMNS = (
    *("id", "key", "value", "source__trust", "state"),
    *("observed_at", "verified_at", "stale_after", "purpose"),
)


def _plain(  # noqa: PLR0917  # the columns of a row, in their order
    pk: int,
    key: str,
    value: Any,
    trust: int,
    state: str,
    observed_at: datetime,
    verified_at: datetime | None,
    stale_after: datetime | None,
    purpose: str,
) -> Believed:
    return Believed(
        id=pk,
        key=key,
        value=value,
        trust=trust,
        verified=state == Fact.State.VERIFIED,
        since=max(observed_at, verified_at or observed_at),
        stale_after=stale_after,
        purpose=purpose,
    )


def _purposes(
    parties: Sequence[int],
) -> tuple[dict[str, bool], dict[int | None, dict[str, bool]]]:
    """Purposes that hold while nobody refused, whether firmly, and what parties said."""
    basis = ConsentPurpose.Basis
    default = {
        purpose.key: purpose.basis in {basis.CONTRACT, basis.LEGAL}
        for purpose in ConsentPurpose.objects.filter(allowed_by_default=True)
    } | {"service": True}
    answers: dict[int | None, dict[str, bool]] = defaultdict(dict)
    said = Consent.objects.in_force().filter(party__in=parties, channel="any")
    for party, purpose, given in said.values_list("party_id", "purpose__key", "given"):
        answers[party][purpose] = given
    return default, answers
