"""Many records are changed as one wish, and taken back one by one."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import Actor, actor_for
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import CleansingJob, Customer
from customers.processes.cleanse_customers import (
    Asked,
    preview,
    show_job,
    start_job,
    undo_job,
    waiting_jobs,
    work_on_job,
)
from customers.processes.update_information import update_customer
from tests.customers.factories import a_customer, a_team, a_user, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


@pytest.fixture
def steward() -> Actor:
    return actor_for(a_user(role="data-steward"))


def _job(steward: Actor, *picked: Customer, query: str = "", **asked: str) -> CleansingJob:
    words = {"field": "segment", "operation": "set", "value": "Gold", "reason": "Campaign"}
    ids = [one.pk for one in picked]
    return show_job(asked=Asked(**(words | asked)), picked=ids or None, query=query, actor=steward)


def _done(job: CleansingJob) -> CleansingJob:
    while work_on_job(job_id=job.pk):
        pass
    job.refresh_from_db()
    return job


def _ran(job: CleansingJob, steward: Actor) -> CleansingJob:
    return _done(start_job(job_id=job.pk, actor=steward))


def _values(field: str = "segment") -> list[Any]:
    return list(Customer.objects.order_by("pk").values_list(field, flat=True))


def test_the_effect_is_shown_before_anything_is_written(steward: Actor) -> None:
    ann, bo = a_customer(name="Ann"), a_customer(name="Bo", segment="Gold")

    job = _job(steward, ann, bo)
    shown = preview(job=job, actor=steward)

    assert [(one.pk, before, after) for one, before, after in shown.sample] == [
        (ann.pk, "", "Gold")
    ]
    assert (shown.looked_at, shown.changing, shown.more) == (2, 1, False)
    assert work_on_job(job_id=job.pk) == 0
    assert _values() == ["", "Gold"]


def test_the_job_does_what_was_shown_and_says_why(steward: Actor) -> None:
    ann, bo, other = a_customer(), a_customer(segment="Gold"), a_customer()

    job = _ran(_job(steward, ann, bo), steward)

    assert _values() == ["Gold", "Gold", ""]
    assert (job.state, job.looked_at) == ("done", 2)
    assert [change.customer_id for change in job.changes.all()] == [ann.pk]
    history = ann.events.select_related("pgh_context").latest("pgh_id")  # type: ignore[attr-defined]  # made by pghistory
    assert history.pgh_context.metadata["reason"] == "back-office-cleansing"
    assert history.pgh_context.metadata["why"] == "Campaign"
    told = OutboxEvent.objects.filter(name="customer.updated")
    assert [event.payload["customer_id"] for event in told] == [ann.pk]
    assert other.pk


def test_a_whole_list_is_meant_without_picking(steward: Actor) -> None:
    for at in range(120):
        a_customer(status="prospect" if at % 2 else "active")
    job = _job(steward, query="status=prospect")
    late = a_customer(status="prospect")

    job = _ran(job, steward)

    assert Customer.objects.filter(segment="Gold").count() == 60
    late.refresh_from_db()
    assert late.segment == ""


@pytest.mark.parametrize(
    ("asked", "before", "after"),
    [
        ({"operation": "clear"}, "SOHO", ""),
        ({"operation": "replace", "replaced": "SO", "value": "Home"}, "SOHO", "HomeHO"),
        ({"operation": "tidy"}, "  SO  HO ", "SO HO"),
    ],
)
def test_every_operation_does_what_it_says(
    asked: dict[str, str], before: str, after: str, steward: Actor
) -> None:
    customer = a_customer(segment=before)

    _ran(_job(steward, customer, **asked), steward)

    assert _values() == [after]


def test_a_team_is_set_and_taken_away(steward: Actor) -> None:
    team, customer = a_team(), a_customer()
    asked = {"field": "care_team_id", "value": str(team.pk)}

    job = _ran(_job(steward, customer, **asked), steward)
    assert _values("care_team") == [team.pk]
    _done(undo_job(job_id=job.pk, actor=steward))

    assert _values("care_team") == [None]


def test_undo_takes_back_what_nobody_edited_since(steward: Actor) -> None:
    ann, bo, gone = a_customer(segment="Old"), a_customer(), a_customer()
    job = _ran(_job(steward, ann, bo, gone), steward)
    update_customer(
        customer_id=bo.pk, changes={"segment": "Mine"}, trigger="customer-notified", actor=steward
    )
    Customer.objects.filter(pk=gone.pk).update(removed_at=timezone.now())

    job = _done(undo_job(job_id=job.pk, actor=steward))

    assert job.state == "undone"
    assert _values() == ["Old", "Mine", "Gold"]
    told = {change.customer_id: change.outcome for change in job.changes.all()}
    assert told == {ann.pk: "reversed", bo.pk: "kept", gone.pk: "stuck"}


def test_one_record_that_cannot_change_stops_no_other(steward: Actor) -> None:
    short, long = a_customer(name="Al"), a_customer(name="A" * 250)
    job = _job(steward, short, long, field="name", operation="replace", replaced="A", value="AA")

    job = _ran(job, steward)

    outcomes = {change.customer_id: change.outcome for change in job.changes.all()}
    assert outcomes == {short.pk: "changed", long.pk: "failed"}
    assert job.changes.get(customer_id=long.pk).why


def test_a_worker_that_died_is_followed_by_another(steward: Actor) -> None:
    job = start_job(job_id=_job(steward, a_customer()).pk, actor=steward)

    assert waiting_jobs() == [job.pk]
    CleansingJob.objects.update(leased_until=timezone.now() + timedelta(minutes=1))
    assert waiting_jobs() == []
    CleansingJob.objects.update(leased_until=timezone.now() - timedelta(minutes=1))
    assert waiting_jobs() == [job.pk]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"field": "password"}, "field"),
        ({"operation": "explode"}, "operation"),
        ({"field": "name"}, "operation"),
        ({"field": "care_team_id", "operation": "tidy"}, "operation"),
        ({"field": "care_team_id", "value": "99999"}, "value"),
        ({"value": " "}, "value"),
        ({"operation": "replace"}, "replaced"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_cannot_be_meant_is_refused_beside_its_field(
    asked: dict[str, str], field: str, steward: Actor
) -> None:
    with pytest.raises(RuleBroken) as broken:
        _job(steward, a_customer(), **asked)

    assert broken.value.field == field


def test_only_stewards_cleanse() -> None:
    with pytest.raises(PermissionDenied):
        _job(an_agent("customers.update_information"), a_customer())


class TestOnThePage:
    def test_pick_look_run_and_undo(self, steward: Actor) -> None:
        client = Client()
        client.force_login(a_user(role="data-steward"))
        customer = a_customer(name="Ann Moss")
        first = client.post(
            reverse("customers:cleanse"), {"whom": "picked", "pick": [customer.pk], "query": ""}
        )
        assert "1 customer" in first.content.decode()

        shown = client.post(
            reverse("customers:cleanse"),
            {
                "whom": "picked", "pick": [customer.pk], "query": "", "field": "segment",
                "operation": "set", "value": "Gold", "reason": "Campaign",
            },
            follow=True,
        )  # fmt: skip
        assert "1 of 1 would change" in shown.content.decode()
        assert "Ann Moss" in shown.content.decode()

        job = CleansingJob.objects.get()
        client.post(reverse("customers:start_cleansing", args=[job.public_id]))
        _done(job)
        done = client.get(reverse("customers:cleansing_job", args=[job.public_id]))
        assert "Take it back" in done.content.decode()
        assert _values() == ["Gold"]
        assert "Campaign" in client.get(reverse("customers:cleansing")).content.decode()

    def test_what_is_missing_is_said_beside_its_field(self, steward: Actor) -> None:
        client = Client()
        client.force_login(a_user(role="data-steward"))
        answer = client.post(
            reverse("customers:cleanse"),
            {"whom": "all", "query": "", "field": "segment", "operation": "set", "reason": "x"},
        )

        assert answer.status_code == 422 or "Nobody is picked" in answer.content.decode()
