"""Every event that crosses apps: past tense, ids and plain values, never a name or an address.

`process` is the eTOM element whose work the event witnesses; readiness counts live traffic by it.
`aggregate` names the field whose value orders deliveries: one aggregate, one order.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of the catalogue; concrete events name themselves."""

    name: ClassVar[str]
    process: ClassVar[str]
    aggregate: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyCreated(Event):
    name: ClassVar[str] = "party.created"
    process: ClassVar[str] = "1.3.6.1"
    aggregate: ClassVar[str] = "party_id"
    party_id: int
    party_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyUpdated(Event):
    name: ClassVar[str] = "party.updated"
    process: ClassVar[str] = "1.3.6.2"
    aggregate: ClassVar[str] = "party_id"
    party_id: int
    party_kind: str
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRemoved(Event):
    name: ClassVar[str] = "party.removed"
    process: ClassVar[str] = "1.3.6.4"
    aggregate: ClassVar[str] = "party_id"
    party_id: int
    party_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCreated(Event):
    name: ClassVar[str] = "customer.created"
    process: ClassVar[str] = "1.3.6.1"
    aggregate: ClassVar[str] = "customer_id"
    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdated(Event):
    name: ClassVar[str] = "customer.updated"
    process: ClassVar[str] = "1.3.6.2"
    aggregate: ClassVar[str] = "customer_id"
    customer_id: int
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTerminated(Event):
    name: ClassVar[str] = "customer.terminated"
    process: ClassVar[str] = "1.3.4"
    aggregate: ClassVar[str] = "customer_id"
    customer_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerStatusChanged(Event):
    """The relationship reached another state of its life; ending it tells CustomerTerminated.

    `plain` says that the field was changed with others, so that CustomerUpdated tells it too.
    """

    name: ClassVar[str] = "customer.status_changed"
    process: ClassVar[str] = "1.3.4"
    aggregate: ClassVar[str] = "customer_id"
    customer_id: int
    old: str
    new: str
    plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerChecked(Event):
    """Somebody was asked to prove who they are; `level` is what stands for this agent now."""

    name: ClassVar[str] = "customer.caller_checked"
    process: ClassVar[str] = "1.3.4.2.1"
    aggregate: ClassVar[str] = "customer_id"
    customer_id: int
    check_id: int
    passed: bool
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPointVerified(Event):
    name: ClassVar[str] = "contact_point.verified"
    process: ClassVar[str] = "1.3.6.2"
    aggregate: ClassVar[str] = "party_id"
    party_id: int
    medium_id: int
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPointUnreachable(Event):
    """A contact point no longer reaches its owner; `next_channel` is where to try instead."""

    name: ClassVar[str] = "contact_point.unreachable"
    process: ClassVar[str] = "1.3.6.2"
    aggregate: ClassVar[str] = "party_id"
    party_id: int
    customer_id: int | None
    medium_id: int
    next_channel: str
    next_medium_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRemoved(Event):
    name: ClassVar[str] = "customer.removed"
    process: ClassVar[str] = "1.3.6.4"
    aggregate: ClassVar[str] = "customer_id"
    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartiesMerged(Event):
    """One record answers for another from now on; the merge says which customers went with it."""

    name: ClassVar[str] = "party.merged"
    process: ClassVar[str] = "1.3.4.2.4"
    aggregate: ClassVar[str] = "survivor_id"
    merge_id: int
    survivor_id: int
    merged_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartiesUnmerged(Event):
    """Both records stand for themselves again."""

    name: ClassVar[str] = "party.unmerged"
    process: ClassVar[str] = "1.3.4.2.4"
    aggregate: ClassVar[str] = "survivor_id"
    merge_id: int
    survivor_id: int
    merged_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersImported(Event):
    """A file of customers is in; readers find its records by run."""

    name: ClassVar[str] = "customers.imported"
    process: ClassVar[str] = "1.3.6.1"
    aggregate: ClassVar[str] = "run_id"
    run_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndone(Event):
    """An import was taken back, as far as nobody had used or edited what it brought."""

    name: ClassVar[str] = "customers.import_undone"
    process: ClassVar[str] = "1.3.6.1"
    aggregate: ClassVar[str] = "run_id"
    run_id: int
    reversed: int
    kept: int
    stuck: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFactsDue(Event):
    """The facts of an imported file are gathered up to this line; the lines after it are due."""

    name: ClassVar[str] = "customers.imported_facts_due"
    process: ClassVar[str] = "1.3.4.1.1"
    aggregate: ClassVar[str] = "run_id"
    run_id: int
    after_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged(Event):
    name: ClassVar[str] = "consent.changed"
    process: ClassVar[str] = "1.3.6.2"
    aggregate: ClassVar[str] = "party_id"
    party_id: int
    customer_id: int | None
    purpose: str
    channel: str
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationArchived(Event):
    name: ClassVar[str] = "information.archived"
    process: ClassVar[str] = "1.3.6.4"
    aggregate: ClassVar[str] = "run_id"
    run_id: int
    data_class: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRestored(Event):
    name: ClassVar[str] = "information.restored"
    process: ClassVar[str] = "1.3.6.4"
    aggregate: ClassVar[str] = "record_id"
    record_id: int
    data_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInformationUpdated(Event):
    """A finalised contract or service order changed what is held about a customer."""

    name: ClassVar[str] = "order.information_updated"
    process: ClassVar[str] = "1.3.6"
    aggregate: ClassVar[str] = "order_id"
    order_id: int
    customer_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCompleted(Event):
    name: ClassVar[str] = "order.completion.completed"
    process: ClassVar[str] = "1.3.6"
    aggregate: ClassVar[str] = "order_id"
    order_id: int
    customer_id: int
    all_ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReady(Event):
    """A report of a customer is made and waits to be delivered."""

    name: ClassVar[str] = "report.ready"
    process: ClassVar[str] = "1.3.6"
    aggregate: ClassVar[str] = "report_id"
    report_id: int
    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLate(Event):
    name: ClassVar[str] = "report.late"
    process: ClassVar[str] = "1.3.6"
    aggregate: ClassVar[str] = "report_id"
    report_id: int
    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactProposed(Event):
    name: ClassVar[str] = "profile.fact.proposed"
    process: ClassVar[str] = "1.3.4.1.1"
    aggregate: ClassVar[str] = "customer_id"
    customer_id: int
    fact_id: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDecided(Event):
    name: ClassVar[str] = "profile.fact.decided"
    process: ClassVar[str] = "1.3.4.1.1"
    aggregate: ClassVar[str] = "customer_id"
    customer_id: int
    fact_id: int
    key: str
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionLogged(Event):
    name: ClassVar[str] = "interaction.logged"
    process: ClassVar[str] = "1.3.5.4"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    customer_id: int | None
    channel: str
    verticals: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionUpdated(Event):
    name: ClassVar[str] = "interaction.updated"
    process: ClassVar[str] = "1.3.5.2"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionStatusChanged(Event):
    name: ClassVar[str] = "interaction.status_changed"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityChanged(Event):
    """A colleague takes work from now on, or none; `state` is available, busy or away."""

    name: ClassVar[str] = "agent.availability_changed"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "user_id"
    user_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRemoved(Event):
    name: ClassVar[str] = "interaction.removed"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionsImported(Event):
    name: ClassVar[str] = "interactions.imported"
    process: ClassVar[str] = "1.3.5.4"
    aggregate: ClassVar[str] = "run_id"
    run_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRequested(Event):
    name: ClassVar[str] = "response.requested"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseReceived(Event):
    name: ClassVar[str] = "response.received"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTimedOut(Event):
    name: ClassVar[str] = "response.timed_out"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaInJeopardy(Event):
    name: ClassVar[str] = "sla.jeopardy"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    clock_id: int
    stage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaBreached(Event):
    name: ClassVar[str] = "sla.breached"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    clock_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditDue(Event):
    """A promise was broken: whoever bills decides what the agreement gives for it.

    Once per promise of a clock, however often it is reopened, retried or looked at; `number` 1 is
    the contract.
    """

    name: ClassVar[str] = "sla.credit_due"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    clock_id: int
    number: int
    target: str
    customer_id: int | None
    agreement_id: int | None
    policy_version_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaMet(Event):
    name: ClassVar[str] = "sla.met"
    process: ClassVar[str] = "1.3.5.6"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    clock_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMade(Event):
    name: ClassVar[str] = "sla.commitment_made"
    process: ClassVar[str] = "1.3.5.5"
    aggregate: ClassVar[str] = "interaction_id"
    interaction_id: int
    clock_id: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityStateChanged(Event):
    name: ClassVar[str] = "capability.state_changed"
    process: ClassVar[str] = "1.3.1"
    aggregate: ClassVar[str] = "version_id"
    version_id: int
    slot: str
    old: str
    new: str
