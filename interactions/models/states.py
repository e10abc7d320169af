"""Which status may follow which: the one table that every door and every screen asks."""

from collections.abc import Mapping
from typing import Final

from interactions.models.interaction import Interaction

_Status = Interaction.Status

WAITING: Final = frozenset(
    {_Status.WAITING_CUSTOMER, _Status.WAITING_INTERNAL, _Status.WAITING_PARTNER}
)
_WORKING: Final = frozenset({_Status.IN_PROGRESS}) | WAITING
_AWAY: Final = frozenset({_Status.COMPLETED, _Status.CANCELLED, _Status.MERGED})

MOVES: Final[Mapping[str, frozenset[str]]] = {
    _Status.LOGGED: _WORKING | _AWAY,
    _Status.IN_PROGRESS: WAITING | _AWAY,
    _Status.WAITING_CUSTOMER: (_WORKING - {_Status.WAITING_CUSTOMER}) | _AWAY,
    _Status.WAITING_INTERNAL: (_WORKING - {_Status.WAITING_INTERNAL}) | _AWAY,
    _Status.WAITING_PARTNER: (_WORKING - {_Status.WAITING_PARTNER}) | _AWAY,
    # Going back to work from here is a reopening, with its own rules.
    _Status.COMPLETED: frozenset({_Status.CLOSED, _Status.IN_PROGRESS}),
    _Status.CLOSED: frozenset({_Status.IN_PROGRESS}),
    _Status.CANCELLED: frozenset(),
    _Status.MERGED: frozenset(),
}


def may_move(old: str, new: str) -> bool:
    return new in MOVES[old]
