"""Events that interactions hear."""

from crm.events.catalogue import (
    CallerChecked,
    CapabilityStateChanged,
    ContactPointUnreachable,
    InteractionStatusChanged,
    ReportLate,
    ReportReady,
)
from crm.events.registry import on
from interactions.models import Interaction
from interactions.processes.deliver_report import raise_late_report, send_report
from interactions.processes.measure_satisfaction import ask_opinion
from interactions.processes.notify_customer import leave_unreachable
from interactions.processes.track_interaction import follow_version
from interactions.processes.update_interaction import note_identified


@on(InteractionStatusChanged)
def ask_how_it_was(event: InteractionStatusChanged, event_id: int) -> None:
    if event.new == Interaction.Status.CLOSED:
        ask_opinion(interaction_id=event.interaction_id)


@on(CallerChecked)
def note_who_is_spoken_with(event: CallerChecked, event_id: int) -> None:
    if event.passed:
        note_identified(check_id=event.check_id)


@on(ContactPointUnreachable)
def leave_dead_contact_point(event: ContactPointUnreachable, event_id: int) -> None:
    leave_unreachable(medium_id=event.medium_id)


@on(ReportReady)
def send_made_report(event: ReportReady, event_id: int) -> None:
    send_report(report_id=event.report_id)


@on(ReportLate)
def raise_report_that_is_late(event: ReportLate, event_id: int) -> None:
    raise_late_report(report_id=event.report_id)


@on(CapabilityStateChanged)
def move_what_runs(event: CapabilityStateChanged, event_id: int) -> None:
    follow_version(version_id=event.version_id, state=event.new)
