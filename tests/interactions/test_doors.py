"""One book for every door: pages, partners and jobs move a matter alike, or not at all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
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

from crm.rounds import rounds
from customers.models import Customer
from interactions import tasks
from interactions.models import Interaction, InteractionEvent, ResponseRequest
from interactions.processes.close_interaction import close_by_policy
from interactions.processes.track_interaction import rebuild
from tests.crm.tmf.partners import INTERACTION, Partner, a_partner
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = pytest.mark.django_db

OPEN = frozenset(
    {"logged", "in_progress", "waiting_customer", "waiting_internal", "waiting_partner"}
)
DONE = frozenset({"completed", "closed"})
REFUSED = {409, 422}
DAY = timedelta(days=1)
TICKET = "/tmf-api/troubleTicket/v4/troubleTicket"

# What each move needs the matter to be, and what it is then. None: as it was.
BOOK: dict[str, tuple[frozenset[str], str | None]] = {
    "take up": (OPEN, "in_progress"),
    "wait for a colleague": (OPEN, "waiting_internal"),
    "wait for a partner": (OPEN, "waiting_partner"),
    "ask": (OPEN, "waiting_customer"),
    "complete": (OPEN, "completed"),
    "close": (frozenset({"completed"}), "closed"),
    "reopen": (DONE, "in_progress"),
    "cancel": (OPEN, "cancelled"),
    "escalate": (OPEN, None),
    "snooze": (OPEN, None),
    "merge": (OPEN, "merged"),
}
# Said again where it already is so, these change nothing and are no fault.
HARMLESS = {
    ("complete", "completed"),
    ("complete", "closed"),
    ("close", "closed"),
    ("cancel", "cancelled"),
    ("merge", "merged"),
    ("take up", "completed"),
    ("take up", "closed"),
    ("take up", "cancelled"),
    ("take up", "merged"),
}


class Doors(RuleBasedStateMachine):
    """One matter, and the status that the book gives it whatever door it is moved through."""

    customer: Customer
    client: Client
    partner: Partner

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize()
    def log(self) -> None:
        self.one = an_interaction(self.customer, ago=timedelta(hours=1))
        self.other = an_interaction(self.customer)
        self.status, self.asked = "logged", False

    # Pages.

    def post(self, step: str, **fields: Any) -> int:
        path = f"/interactions/{self.one.public_id}/{step}"
        return self.client.post(path, fields, headers={"HX-Request": "true"}).status_code

    @rule(move=st.sampled_from(sorted(BOOK)))
    def on_its_page(self, move: str) -> None:
        tomorrow = timezone.localtime(timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
        steps: dict[str, tuple[str, dict[str, Any]]] = {
            "take up": ("go-on", {}),
            "wait for a colleague": ("wait", {}),
            "wait for a partner": ("wait-partner", {}),
            "ask": ("ask", {"ask-question": "Which lamp?", "ask-due_at": tomorrow,
                            "ask-on_silence": "proceed"}),
            "complete": ("complete", {"wrap-outcome": "resolved"}),
            "close": ("close", {"close-informed_by": "phone"}),
            "reopen": ("reopen", {"reopen-reason": "again"}),
            "cancel": ("cancel", {"cancel-reason": "spam"}),
            "escalate": ("escalate", {"escalate-reason": "help"}),
            "snooze": ("snooze", {"snooze-until": tomorrow}),
            "merge": ("merge", {"merge-other": self.other.reference}),
        }  # fmt: skip
        step, fields = steps[move]
        self.expect(move, lambda: self.post(step, **fields), went={200, 204, 302, 303})

    # The partner's face.

    @rule(move=st.sampled_from(["complete", "cancel"]))
    def over_the_interaction_api(self, move: str) -> None:
        word = {"complete": "completed", "cancel": "cancelled"}[move]
        path = f"{INTERACTION}/{self.one.public_id}"
        already = {"completed": DONE, "cancelled": {"cancelled"}}[word]
        if self.status not in already:
            self.expect(move, lambda: self.patch(path, word), went={200})

    @rule()
    def work_is_said_to_go_on_over_the_api(self) -> None:
        path = f"{INTERACTION}/{self.one.public_id}"
        if self.status == "logged":
            self.expect("take up", lambda: self.patch(path, "inProgress"), went={200})
        elif self.status not in OPEN:
            self.refused(lambda: self.patch(path, "inProgress"))

    def patch(self, path: str, word: str) -> int:
        kind = {"Content-Type": "application/merge-patch+json"}
        return int(self.partner.patch(path, {"status": word}, **kind).status_code)

    # Jobs.

    @rule()
    def silence_is_acted_on(self) -> None:
        ResponseRequest.objects.filter(interaction=self.one, state="asked").update(
            asked_at=timezone.now() - 2 * DAY, due_at=timezone.now() - DAY
        )
        tasks.apply_overdue_silence()
        if self.asked and self.status in OPEN - {"logged"}:
            self.status = "in_progress" if self.status.startswith("waiting") else self.status
        self.asked = False

    @rule()
    def what_is_done_closes(self) -> None:
        later = timezone.now() + 4 * DAY
        rounds(lambda: close_by_policy(10, later).closed)
        if self.status == "completed" and not self.asked:
            self.status = "closed"

    @rule(job=st.sampled_from([tasks.fire_due_clocks, tasks.bring_back_to_desks]))
    def other_jobs_move_nothing(self, job: Callable[[], int]) -> None:
        job()

    # The book.

    def expect(self, move: str, doing: Callable[[], int], *, went: set[int]) -> None:
        needs, becomes = BOOK[move]
        if self.status in needs and not (move == "close" and self.asked):
            assert doing() in went
            self.status = becomes or self.status
            self.asked = (self.asked or move == "ask") and move not in {"cancel"}
        elif (move, self.status) in HARMLESS:
            doing()
        else:
            self.refused(doing)

    def refused(self, doing: Callable[[], int]) -> None:
        events = self.events()
        assert doing() in REFUSED
        assert self.events() == events

    def events(self) -> int:
        return InteractionEvent.objects.filter(interaction=self.one).count()

    @invariant()
    def every_door_shows_the_same(self) -> None:
        if not hasattr(self, "one"):
            return
        one = Interaction.objects.get(pk=self.one.pk)
        assert one.status == self.status
        assert rebuild(interaction_id=one.pk) == []


@pytest.mark.req("R-TMI-1")
def test_pages_partners_and_jobs_follow_one_book(plain: None) -> None:
    Doors.customer, (Doors.client, _user), Doors.partner = a_customer(), a_desk(), a_partner()

    run_state_machine_as_test(
        Doors,
        settings=settings(
            max_examples=8,
            derandomize=True,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


PATHS = {
    "completed": ["complete"],
    "closed": ["complete", "close"],
    "cancelled": ["cancel"],
    "merged": ["merge"],
}
ILLEGAL = [
    (status, move)
    for status in PATHS
    for move, (needs, _becomes) in BOOK.items()
    if status not in needs and (move, status) not in HARMLESS
]


@pytest.mark.req("R-TMI-1")
@pytest.mark.parametrize("status", sorted(PATHS))
def test_each_illegal_move_is_refused_on_the_page_and_over_the_api(
    plain: None, status: str
) -> None:
    machine = Doors()
    Doors.customer, (Doors.client, _user), Doors.partner = a_customer(), a_desk(), a_partner()
    machine.log()
    for move in PATHS[status]:
        Doors.on_its_page(machine, move)
    assert machine.status == status

    for of, move in ILLEGAL:
        if of == status:
            Doors.on_its_page(machine, move)
    path = f"{INTERACTION}/{machine.one.public_id}"
    machine.refused(lambda: machine.patch(path, "inProgress"))
    if status not in {"cancelled"}:
        machine.refused(lambda: machine.patch(path, "cancelled"))
    machine.every_door_shows_the_same()
    machine.teardown()
