"""What readiness governs here: promises, calendars, wording, closing, every channel, assistant."""

from typing import Final

from interactions.governed import (
    assisting,
    calendars,
    channels,
    closing,
    foreseeing,
    policies,
    surveys,
    wording,
    working,
)
from interactions.governed import kpis as kpis  # declaring the figures is its effect
from readiness.registry import slots

SLA_CALENDAR: Final = slots.declare(calendars.SLOT)
SLA_POLICY: Final = slots.declare(policies.SLOT)
TEMPLATE_SET: Final = slots.declare(wording.SLOT)
CLOSE_POLICY: Final = slots.declare(closing.SLOT)
JEOPARDY: Final = slots.declare(foreseeing.SLOT)
SURVEY: Final = slots.declare(surveys.SLOT)
WORK_POLICY: Final = slots.declare(working.SLOT)
CHANNELS: Final = {key: slots.declare(slot) for key, slot in channels.SLOTS.items()}
ASSIST: Final = {kind: slots.declare(slot) for kind, slot in assisting.SLOTS.items()}
