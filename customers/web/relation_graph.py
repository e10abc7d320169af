"""The people tied to a customer as a small drawing: the customer above, the others below."""

from dataclasses import dataclass

from crm.web.templatetags.crm import initials

_MOST = 4
_WIDTH = 270


@dataclass(frozen=True, slots=True)
class Node:
    """One person below, with the place of the circle."""

    x: int
    initials: str
    name: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The drawing: who stands in the middle and who below."""

    me: str
    nodes: list[Node]


def graph(name: str, others: list[str]) -> Graph | None:
    """A drawing when somebody is tied to this customer; the rows beneath name everybody."""
    distinct = list(dict.fromkeys(others))[:_MOST]
    if not distinct:
        return None
    step = _WIDTH // len(distinct)
    return Graph(
        me=initials(name),
        nodes=[
            Node(x=step * place + step // 2, initials=initials(other), name=other.split()[0])
            for place, other in enumerate(distinct)
        ],
    )
