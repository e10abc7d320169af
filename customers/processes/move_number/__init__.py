"""Move Number: a number goes to another customer, seen before it happens and taken back after."""

from customers.processes.move_number.holding import Held, end_row, held_by_others, rows_of
from customers.processes.move_number.moving import move_number, record_taken
from customers.processes.move_number.planning import MOVABLE, Plan, plan_move
from customers.processes.move_number.undoing import Undone, undo_move

ETOM = "1.3.6.2"

__all__ = [
    "ETOM",
    "MOVABLE",
    "Held",
    "Plan",
    "Undone",
    "end_row",
    "held_by_others",
    "move_number",
    "plan_move",
    "record_taken",
    "rows_of",
    "undo_move",
]
