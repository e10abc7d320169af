"""The table of moves, held against a model by a state machine: illegal moves change nothing."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from crm.access import SYSTEM
from crm.accounts.models import User
from crm.errors import RuleBroken
from customers.models import Hold
from interactions.models import ArmedClock, Interaction, Message, ResponseRequest
from interactions.models.states import MOVES
from interactions.processes.close_interaction import (
    cancel,
    close,
    close_by_policy,
    complete,
    reopen,
)
from interactions.processes.manage_interaction import (
    escalate,
    merge,
    snooze,
    take_next,
    unmerge,
    wake_due,
)
from interactions.processes.track_interaction import apply_silence, rebuild
from interactions.processes.update_interaction import (
    add_message,
    ask_customer,
    assign,
    change_fields,
    go_on,
    take,
    transfer,
    wait_for,
)
from tests.customers.factories import a_customer, a_team
from tests.interactions.factories import a_worker, an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = pytest.mark.django_db

OPEN = frozenset(
    {"logged", "in_progress", "waiting_customer", "waiting_internal", "waiting_partner"}
)
DONE = frozenset({"completed", "closed"})
STATUS = [str(status) for status in Interaction.Status]
HOUR = timedelta(hours=1)


class Matter(RuleBasedStateMachine):
    """One interaction and the status the book gives it, driven through every process there is."""

    # Logged once for all examples: each begins with them as they were and is taken back.
    one: Interaction
    target: Interaction
    worker: Any
    team_id: int

    def __init__(self) -> None:
        super().__init__()
        # Nothing is looked at before it begins.
        self.done = False
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.one.refresh_from_db()
        self.done = True
        self.status, self.before, self.asked, self.reopened = "logged", "logged", 0, 0

    def step(self, wanted: str | None, doing: Callable[[], object]) -> bool:
        """Do it; `wanted` is the status by the book, None that it must be refused whole."""
        if wanted is None:
            events = self.one.events.count()
            with pytest.raises(RuleBroken) as refused, transaction.atomic():
                doing()
            assert refused.value.kind in {"conflict", "invalid"}
            assert self.one.events.count() == events
            # Taken back whole: what stands was looked at after the step before.
            self.done = False
            return False
        with transaction.atomic():
            doing()
        self.status, self.done = wanted, True
        return True

    @rule(status=st.sampled_from(STATUS))
    def set_status(self, status: str) -> None:
        legal = status in OPEN and self.status in OPEN and status in MOVES[self.status]
        wanted = status if legal or status == self.status else None
        self.step(
            wanted,
            lambda: change_fields(
                interaction_id=self.one.pk, changes={"status": status}, actor=SYSTEM
            ),
        )

    @rule(whom=st.sampled_from(["internal", "partner"]))
    def wait(self, whom: str) -> None:
        self.step(
            f"waiting_{whom}" if self.status in OPEN else None,
            lambda: wait_for(interaction_id=self.one.pk, whom=whom, actor=SYSTEM),
        )

    @rule()
    def work_on(self) -> None:
        wanted = "in_progress" if self.status in OPEN else self.status
        self.step(wanted, lambda: go_on(interaction_id=self.one.pk, actor=SYSTEM))

    @rule()
    def take_it(self) -> None:
        first = "in_progress" if self.status == "logged" else self.status
        self.step(
            first if self.status in OPEN else None,
            lambda: take(interaction_id=self.one.pk, actor=self.worker),
        )

    @rule(how=st.sampled_from(["assign", "transfer", "snooze", "escalate"]))
    def move_it_about(self, how: str) -> None:
        pk = self.one.pk
        doing: dict[str, Callable[[], object]] = {
            "assign": lambda: assign(interaction_id=pk, owner_id=self.worker.pk, actor=SYSTEM),
            "transfer": lambda: transfer(interaction_id=pk, team_id=self.team_id, actor=SYSTEM),
            "snooze": lambda: snooze(interaction_id=pk, until=timezone.now() + HOUR, actor=SYSTEM),
            "escalate": lambda: escalate(interaction_id=pk, reason="help", actor=SYSTEM),
        }
        self.step(self.status if self.status in OPEN else None, doing[how])

    @rule()
    def take_the_next(self) -> None:
        self.done = True
        self.one.refresh_from_db()
        if self.one.owner_id is None and self.status in {"logged", "in_progress"}:
            Interaction.objects.filter(pk=self.target.pk).update(owner=self.worker.pk)
            free = self.one.snoozed_until is None
            taken = take_next(actor=self.worker)
            assert (taken == self.one) is free
            self.status = "in_progress" if free else self.status

    @rule()
    def wake_up(self) -> None:
        self.done = True
        wake_due(10, timezone.now() + 2 * HOUR)

    @rule()
    def ask(self) -> None:
        legal = self.status in OPEN
        asked = self.step(
            "waiting_customer" if legal else None,
            lambda: ask_customer(
                interaction_id=self.one.pk, question="Which lamp?",
                due_at=timezone.now() + HOUR, on_silence="proceed", actor=SYSTEM,
            ),
        )  # fmt: skip
        self.asked += asked

    @rule(automatic=st.booleans())
    def hear(self, automatic: bool) -> None:
        merged = self.status == "merged"
        refused = self.status == "cancelled" and not automatic
        wanted = self.status
        if not automatic and self.status in DONE:
            wanted, self.reopened = "in_progress", self.reopened + 1
        if not automatic and not merged and not refused:
            if self.asked and wanted == "waiting_customer":
                wanted = "in_progress"
            self.asked = 0
        self.step(
            None if refused else wanted,
            lambda: add_message(
                interaction_id=self.one.pk, body="Here.", direction="inbound",
                automatic=automatic, actor=SYSTEM,
            ),
        )  # fmt: skip

    @rule()
    def fall_silent(self) -> None:
        wanted = self.status
        if self.asked and self.status in OPEN - {"logged"}:
            wanted = "in_progress"
        self.asked = 0
        self.step(wanted, lambda: apply_silence(10, timezone.now() + 2 * HOUR))

    @rule()
    def complete_it(self) -> None:
        fits = self.status in OPEN
        wanted = "completed" if fits else self.status if self.status in DONE else None
        self.step(
            wanted, lambda: complete(interaction_id=self.one.pk, outcome="resolved", actor=SYSTEM)
        )

    @rule()
    def close_it(self) -> None:
        fits = self.status == "closed" or (self.status == "completed" and not self.asked)
        self.step(
            "closed" if fits else None,
            lambda: close(interaction_id=self.one.pk, informed_by="phone", actor=SYSTEM),
        )

    @rule()
    def let_policy_close_it(self) -> None:
        wanted = "closed" if self.status == "completed" and not self.asked else self.status
        self.step(wanted, lambda: close_by_policy(10, timezone.now() + timedelta(days=4)))

    @rule()
    def reopen_it(self) -> None:
        fits = self.status in DONE
        self.reopened += self.step(
            "in_progress" if fits else None,
            lambda: reopen(interaction_id=self.one.pk, reason="again", actor=SYSTEM),
        )

    @rule()
    def cancel_it(self) -> None:
        wanted = "cancelled" if self.status in OPEN | {"cancelled"} else None
        self.step(wanted, lambda: cancel(interaction_id=self.one.pk, reason="spam", actor=SYSTEM))
        self.asked = 0 if wanted else self.asked

    @rule()
    def merge_it(self) -> None:
        before = self.status
        done = self.step(
            "merged" if before in OPEN | {"merged"} else None,
            lambda: merge(source_id=self.one.pk, target_id=self.target.pk, actor=SYSTEM),
        )
        if done and before != "merged":
            self.before = before

    @rule()
    def unmerge_it(self) -> None:
        again = "logged" if self.before == "logged" else "in_progress"
        wanted = "waiting_customer" if self.asked else again
        self.step(
            wanted if self.status == "merged" else None,
            lambda: unmerge(source_id=self.one.pk, actor=SYSTEM),
        )

    @invariant()
    def what_stands_is_what_the_book_says(self) -> None:
        if not self.done:
            return
        # One statement: it is asked after each of some hundred steps.
        holds = Hold.objects.filter(released_at=None, reference=str(self.one.public_id))
        armed = ArmedClock.objects.filter(clock__interaction=OuterRef("pk"))
        standing = Interaction.objects.annotate(held=Exists(holds), armed=Exists(armed))
        one: Any = standing.get(pk=self.one.pk)
        assert (one.status, one.reopened) == (self.status, self.reopened)
        finished = one.status in Interaction.FINISHED
        assert (one.closed_at is not None) is finished
        assert (one.completed_at is not None) is (one.status in DONE)
        assert one.held is not finished
        if one.status in Interaction.ENDED:
            assert one.snoozed_until is None
            assert one.return_at is None
        if one.status in {"cancelled", "merged"}:
            assert one.armed is False

    @invariant()
    def its_events_say_the_same(self) -> None:
        if self.done:
            assert rebuild(interaction_id=self.one.pk) == []


@pytest.mark.req("R-TMI-1", "R-TMI-2")
def test_whatever_is_done_follows_the_book_and_can_be_replayed(plain: None) -> None:
    customer = a_customer()
    Matter.one, Matter.target = an_interaction(customer, ago=HOUR), an_interaction(customer)
    Matter.worker, Matter.team_id = a_worker(), a_team().pk

    run_state_machine_as_test(
        Matter,
        settings=settings(
            max_examples=15,
            derandomize=True,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_status_stands_in_the_table() -> None:
    assert {str(status) for status in MOVES} == set(STATUS)


@pytest.mark.req("R-TMI-2")
@pytest.mark.parametrize("statement", ["DELETE FROM", "UPDATE"])
def test_the_timeline_can_not_be_rewritten(plain: None, statement: str) -> None:
    an_interaction()
    change = " SET type = 'x'" if statement == "UPDATE" else ""

    with pytest.raises(Exception, match=r"append_only|Cannot"), connection.cursor() as cursor:
        cursor.execute(f"{statement} interactions_interactionevent{change}")


def ended(how: str) -> Interaction:
    one = an_interaction(a_customer())
    if how == "cancelled":
        return cancel(interaction_id=one.pk, reason="spam", actor=SYSTEM)
    if how == "merged":
        merge(source_id=one.pk, target_id=an_interaction(one.customer).pk, actor=SYSTEM)
        one.refresh_from_db()
        return one
    complete(interaction_id=one.pk, outcome="resolved", actor=SYSTEM)
    if how == "closed":
        close(interaction_id=one.pk, informed_by="phone", actor=SYSTEM)
    one.refresh_from_db()
    return one


# What each door calls to do one thing that the status forbids, and what it answers.
FORBIDDEN = [
    (how, step)
    for how in ("completed", "closed", "cancelled", "merged")
    for step in ("take", "wait", "cancel")
    if (how, step) != ("cancelled", "cancel")
]


@pytest.mark.req("R-TMI-1")
@pytest.mark.parametrize(("how", "step"), FORBIDDEN)
def test_page_admin_and_process_refuse_the_same_for_the_same_reason(
    plain: None, how: str, step: str
) -> None:
    one = ended(how)
    doing: dict[str, Callable[[], object]] = {
        "take": lambda: take(interaction_id=one.pk, actor=a_worker()),
        "wait": lambda: wait_for(interaction_id=one.pk, whom="internal", actor=a_worker()),
        "cancel": lambda: cancel(interaction_id=one.pk, reason="x", actor=a_worker()),
    }
    with pytest.raises(RuleBroken) as refused:
        doing[step]()
    sentence, kind = refused.value.message, refused.value.kind
    events = one.events.count()

    client, _user = a_desk()
    path = f"/interactions/{one.public_id}/{step}"
    answer = client.post(path, {"cancel-reason": "x"}, HTTP_REFERER="/desk", follow=True)
    assert sentence in unescape(answer.content.decode())
    said = client.post(path, {"cancel-reason": "x"}, HTTP_HX_REQUEST="true")
    assert said.status_code in {409, 422}

    if step != "wait":
        action = {"take": "take_over", "cancel": "cancel_as_mistake"}[step]
        admin = Client()
        admin.force_login(User.objects.create_superuser("root", password="let-me-in"))
        shown = admin.post(
            "/admin/interactions/interaction/",
            {"action": action, "_selected_action": [one.pk]},
            follow=True,
        )
        assert sentence in unescape(shown.content.decode())
    assert kind == "conflict"
    one.refresh_from_db()
    assert (one.status, one.events.count()) == (how, events)


def test_nothing_that_was_said_promised_or_asked_is_deleted(plain: None) -> None:
    one = an_interaction(a_customer())
    add_message(interaction_id=one.pk, body="x", kind="note", actor=SYSTEM)
    before = (Message.objects.count(), ResponseRequest.objects.count(), one.events.count())

    cancel(interaction_id=one.pk, reason="spam", actor=SYSTEM)

    after = (Message.objects.count(), ResponseRequest.objects.count(), one.events.count())
    assert after == (before[0], before[1], before[2] + 1)
