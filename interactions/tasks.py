"""Celery doors of interactions: the duty before the deadline, the sender, and the auditor."""

from celery import shared_task
from django.utils import timezone

from crm.rounds import rounds
from interactions.processes import deliver_report
from interactions.processes.assist_agent import answer_asked
from interactions.processes.close_interaction import close_by_policy
from interactions.processes.improve_interaction import find_signals, measure_effects
from interactions.processes.manage_interaction import (
    hand_out,
    leave_when_silent,
    queues_handing_out,
    remind_follow_ups,
    return_unanswered,
    wake_due,
)
from interactions.processes.notify_customer import send_due
from interactions.processes.receive_message import (
    check_attachments,
    collect,
    file_due,
    forget_raw,
    mailboxes,
)
from interactions.processes.report_interaction import (
    forget_old,
    forget_overtaken,
    forget_segment_slices,
    refresh_figures,
)
from interactions.processes.serve_partners import send_planned
from interactions.processes.track_interaction import (
    apply_silence,
    audit_sample,
    fire_due,
    follow_zone_rules,
    learn_paces,
    move_slice,
    remind_due,
    seal_timelines,
)

_CLOCKS = 200
# Each may wait ten seconds for a mail server; all of them must fit into their lease.
_MESSAGES = 10
_QUESTIONS = 200
_ARRIVALS = 50
_MATTERS = 100
# Matters and colleagues of one page are locked together; what fits nobody is passed by.
_HANDED = 50
_PAGES = 40
_FIGURES = 50
# Each is locked until its slice is through.
_MOVED = 50
_SEALED = 2000


@shared_task(acks_late=True, ignore_result=True)
def fire_due_clocks() -> int:
    """Act on every clock that is due, batch by batch; safe to run in any number of workers."""
    now, passed_by = timezone.now(), set[int]()
    return rounds(lambda: fire_due(_CLOCKS, now, passed_by=passed_by))


@shared_task(acks_late=True, ignore_result=True)
def send_queued_messages() -> int:
    """Send what is queued, batch by batch; a message is leased by one worker at a time."""
    return rounds(lambda: send_due(_MESSAGES))


@shared_task(acks_late=True, ignore_result=True)
def send_planned_communications() -> int:
    """Take up what partners planned for a time that has come; the sender does the rest."""
    return rounds(lambda: send_planned(_MATTERS, timezone.now()))


@shared_task(acks_late=True, ignore_result=True)
def apply_overdue_silence() -> int:
    """Carry out what silence means for every question whose answer is overdue."""
    return rounds(lambda: apply_silence(_QUESTIONS, timezone.now()))


@shared_task(acks_late=True, ignore_result=True)
def remind_customers() -> int:
    """Repeat the questions whose reminder is due."""
    return rounds(lambda: remind_due(_QUESTIONS, timezone.now()))


@shared_task(acks_late=True, ignore_result=True)
def bring_back_to_desks() -> int:
    """Wake what slept, return what nobody answered, and bring follow-ups to mind."""
    now = timezone.now()
    return (
        rounds(lambda: wake_due(_MATTERS, now))
        + rounds(lambda: return_unanswered(_MATTERS, now))
        + rounds(lambda: remind_follow_ups(_MATTERS, now))
    )


@shared_task(acks_late=True, ignore_result=True)
def hand_out_waiting() -> int:
    """Hand what waits in queues that hand out to who is available; returns how many."""
    now, handed = timezone.now(), 0
    rounds(lambda: leave_when_silent(_MATTERS, now))
    for team_id in queues_handing_out():
        place = None
        for _page in range(_PAGES):
            page = hand_out(team_id, _HANDED, now, after=place)
            handed, place = handed + page.count, page.after
            if place is None:
                break
    return handed


@shared_task(acks_late=True, ignore_result=True)
def close_what_is_done() -> int:
    """Close what was completed and stayed unanswered, page by page; returns how many."""
    now, closed, place = timezone.now(), 0, None

    def page() -> int:
        nonlocal closed, place
        done = close_by_policy(_MATTERS, now, after=place)
        closed, place = closed + done.closed, done.after
        return done.seen

    rounds(page)
    return closed


@shared_task(acks_late=True, ignore_result=True)
def move_running_clocks() -> int:
    """Go on with previews and moves of running promises, slice by slice."""
    return rounds(lambda: move_slice(_MOVED))


@shared_task(acks_late=True, ignore_result=True)
def learn_how_long_queues_take() -> int:
    """What foresight goes by; returns how many queues were learnt anew."""
    return learn_paces(timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def seal_what_was_done() -> int:
    """Seal the timelines as far as they have settled; returns how many seals are new."""
    return rounds(lambda: seal_timelines(_SEALED))


@shared_task(acks_late=True, ignore_result=True)
def follow_rules_of_zones() -> int:
    """After an update of the rules of time zones, reckon what runs by the new ones."""
    return rounds(lambda: follow_zone_rules(_MOVED))


@shared_task(ignore_result=True)
def refold_sample() -> int:
    """Fold a sample afresh and say aloud where what is stored differs; returns how many do."""
    return audit_sample()


@shared_task(acks_late=True, ignore_result=True)
def refresh_kept_figures() -> int:
    """Work out again what changed rows reached into, and what pages will ask; returns how many."""
    forget_overtaken()
    return rounds(lambda: refresh_figures(_FIGURES))


@shared_task(ignore_result=True)
def forget_figures_by_segment() -> int:
    """Drop figures that hang on which customers there are; returns how many."""
    return forget_segment_slices()


@shared_task(ignore_result=True)
def retire_old_figures() -> int:
    """Drop figures worked out long ago; returns how many."""
    return forget_old()


@shared_task(acks_late=True, ignore_result=True)
def collect_mail() -> int:
    """Keep what is new in our mailboxes; a mailbox is read by one worker at a time."""
    return sum(collect(name) for name in mailboxes())


@shared_task(acks_late=True, ignore_result=True)
def file_arrivals() -> int:
    """File what any channel kept, batch by batch; an arrival is leased by one worker at a time."""
    return rounds(lambda: file_due(_ARRIVALS))


@shared_task(acks_late=True, ignore_result=True)
def check_waiting_attachments() -> int:
    """Let the scanner look at files that wait for it; returns how many it judged."""
    return check_attachments(_ARRIVALS)


@shared_task(ignore_result=True)
def forget_raw_arrivals() -> int:
    """Empty what came of arrivals filed long ago; their digest still tells a repeat."""
    return forget_raw(timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def settle_reports() -> int:
    """Tell customers' reports which of their mails went out."""
    return deliver_report.settle_reports()


@shared_task(acks_late=True, ignore_result=True)
def answer_assistant(request_id: int) -> None:
    """Ask the service about one request; what is settled or held by another stays as it is."""
    answer_asked(request_id)


@shared_task(acks_late=True, ignore_result=True)
def answer_left_assistants() -> int:
    """Take up requests whose message was lost, one by one; returns how many."""
    return rounds(lambda: int(answer_asked()))


@shared_task(acks_late=True, ignore_result=True)
def watch_figures() -> int:
    """Note what figures of the last week say, and what changes came to; returns how many."""
    now = timezone.now()
    return find_signals(now) + measure_effects(now)
