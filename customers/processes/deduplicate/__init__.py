"""De-duplicate Customer: find who is recorded twice, decide, merge, and take a merge back."""

from customers.processes.deduplicate.batch import merge_agreed
from customers.processes.deduplicate.compare import judge_anew
from customers.processes.deduplicate.decide import dismiss, reopen
from customers.processes.deduplicate.find import find_duplicates, search_is_due
from customers.processes.deduplicate.merge import effect_of, merge_parties
from customers.processes.deduplicate.unmerge import unmerge_parties

ETOM = "1.3.4.2.4"

__all__ = [
    "ETOM",
    "dismiss",
    "effect_of",
    "find_duplicates",
    "judge_anew",
    "merge_agreed",
    "merge_parties",
    "reopen",
    "search_is_due",
    "unmerge_parties",
]
