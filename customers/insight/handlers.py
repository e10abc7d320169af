"""What customer insight hears: files taken in and consents changed."""

from crm.access import SYSTEM
from crm.events.catalogue import (
    ConsentChanged,
    CustomersImported,
    ImportedFactsDue,
    PartiesMerged,
    PartiesUnmerged,
)
from crm.events.registry import on
from customers.insight.processes.build_insight import build_profile
from customers.insight.processes.gather_from_import import gather_from_import
from customers.reads import customers_of_merge


@on(CustomersImported)
def gather_facts_of_the_file(event: CustomersImported, event_id: int) -> None:
    gather_from_import(run_id=event.run_id, actor=SYSTEM)


@on(ImportedFactsDue)
def gather_more_facts_of_the_file(event: ImportedFactsDue, event_id: int) -> None:
    gather_from_import(run_id=event.run_id, after_line=event.after_line, actor=SYSTEM)


@on(ConsentChanged)
def weigh_the_profile_again(event: ConsentChanged, event_id: int) -> None:
    if event.customer_id is not None:
        build_profile(customer_id=event.customer_id, actor=SYSTEM)


@on(PartiesMerged)
def weigh_the_one_profile(event: PartiesMerged, event_id: int) -> None:
    _weigh_both(event.merge_id)


@on(PartiesUnmerged)
def weigh_both_profiles(event: PartiesUnmerged, event_id: int) -> None:
    _weigh_both(event.merge_id)


def _weigh_both(merge_id: int) -> None:
    for customer_id in customers_of_merge(merge_id):
        build_profile(customer_id=customer_id, actor=SYSTEM)
