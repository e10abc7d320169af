"""Track and Manage Customer Interaction: every step on one timeline, every promise on a clock."""

from interactions.processes.track_interaction.auditing import audit_sample, follow_zone_rules
from interactions.processes.track_interaction.disputing import dispute_file
from interactions.processes.track_interaction.duty import fire_due, fire_now
from interactions.processes.track_interaction.explanation import Explained, explain
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.foreseeing import learn_paces
from interactions.processes.track_interaction.moving import (
    follow_version,
    leave_running,
    move_running,
    move_slice,
    preview_move,
)
from interactions.processes.track_interaction.promising import make_promise, stand_by
from interactions.processes.track_interaction.rebuilding import Difference, rebuild
from interactions.processes.track_interaction.reminding import remind_due
from interactions.processes.track_interaction.sealing import seal_timelines, timeline_is_whole
from interactions.processes.track_interaction.silence import apply_silence
from interactions.processes.track_interaction.starting import retarget, start_clocks
from interactions.processes.track_interaction.timeline import append, move, work_on
from interactions.processes.track_interaction.watching import Sign, watch_duty

ETOM = "1.3.5.6"

__all__ = [
    "ETOM",
    "Difference",
    "Explained",
    "Sign",
    "append",
    "apply_silence",
    "audit_sample",
    "dispute_file",
    "explain",
    "fire_due",
    "fire_now",
    "follow_version",
    "follow_zone_rules",
    "learn_paces",
    "leave_running",
    "make_promise",
    "move",
    "move_running",
    "move_slice",
    "preview_move",
    "rebuild",
    "refold",
    "remind_due",
    "retarget",
    "seal_timelines",
    "stand_by",
    "start_clocks",
    "timeline_is_whole",
    "watch_duty",
    "work_on",
]
