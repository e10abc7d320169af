"""Say that we are closed, when we open, and by when somebody answers: once, to who wrote to us."""

from datetime import datetime

from interactions import clock as engine
from interactions.governed import calendars
from interactions.models import Interaction, Message, SlaClock
from interactions.processes.notify_customer.queueing import opening_notice
from readiness.registry.resolve import configuration


def say_when_we_open(interaction: Interaction, now: datetime) -> Message | None:
    """While the hours of the first reply are closed; during them a person answers."""
    clock = interaction.clocks.filter(
        target=SlaClock.Target.FIRST_RESPONSE, stopped_at=None, due_at__isnull=False
    ).first()
    # A letter counts from the day it came: a time that is over by now is promised to nobody.
    if clock is None or clock.due_at is None or clock.due_at <= now:
        return None
    config = configuration(clock.calendar_version_id).config
    calendar, at = calendars.calendar(config, clock.calendar), engine.seconds(now)
    opens = None if calendar.working(at) else calendar.reach(at, 1)
    if opens is None:
        return None
    # The first second that counts is over when it is reached.
    return opening_notice(interaction=interaction, opens=engine.moment(opens - 1), due=clock.due_at)
