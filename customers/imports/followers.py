"""Who else keeps something about imported customers, and how it goes when an import is undone.

Apps above register theirs, so that undoing knows nothing of who they are. What nobody registers
counts as a use of the customer, and keeps them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from crm.access import Actor
from customers.models import ImportRun


@dataclass(frozen=True, slots=True)
class Follower:
    """One app's part in undoing an import.

    `models` are its tables by label, which then are no use by themselves. `used` answers which
    customers it needs kept, and why; `let_go` takes back what came from the file, of customers who
    go (`made`) or stay.
    """

    models: frozenset[str]
    used: Callable[[ImportRun, Collection[int]], Mapping[int, str]]
    let_go: Callable[[ImportRun, Collection[int], bool, Actor], None]


_followers: list[Follower] = []


def register(follower: Follower) -> Follower:
    _followers.append(follower)
    return follower


def registered() -> tuple[Follower, ...]:
    return tuple(_followers)
