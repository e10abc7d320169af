"""Undo an import: what nobody has used or edited since goes, the rest stays and says why."""

from customers.processes.undo_import.undo import DAYS, begin_undo, undo_import

ETOM = "1.3.6.1"

__all__ = ["DAYS", "ETOM", "begin_undo", "undo_import"]
