"""Report Customer Interaction: how well promises are kept, from the rows themselves."""

from interactions.processes.report_interaction.board import (
    Board,
    Queue,
    look_at_board,
    pressure,
)
from interactions.processes.report_interaction.keeping import (
    forget_old,
    forget_overtaken,
    forget_segment_slices,
    refresh_figures,
)
from interactions.processes.report_interaction.measuring import Figure, measure_figure
from interactions.processes.report_interaction.periods import PERIODS, Span, after, periods
from interactions.processes.report_interaction.reporting import (
    TOO_FEW,
    Channel,
    Compared,
    Report,
    report_interaction,
)
from interactions.processes.report_interaction.slices import VALUES, promises, segments

ETOM = "1.3.5.7"

__all__ = [
    "ETOM",
    "PERIODS",
    "TOO_FEW",
    "VALUES",
    "Board",
    "Channel",
    "Compared",
    "Figure",
    "Queue",
    "Report",
    "Span",
    "after",
    "forget_old",
    "forget_overtaken",
    "forget_segment_slices",
    "look_at_board",
    "measure_figure",
    "periods",
    "pressure",
    "promises",
    "refresh_figures",
    "report_interaction",
    "segments",
]
