"""A change of many on screen: what it would do, and what became of whom."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM, actor_for
from crm.accounts.models import Team
from customers.models import CleansingJob
from customers.processes.cleanse_customers import Asked, show_job, start_job, undo_job, work_on_job
from customers.processes.update_information import update_customer
from tests.customers.factories import a_customer, a_team, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def a_job() -> CleansingJob:
    """Two customers of two teams were changed, edited since, and are to be as before."""
    ours = a_customer(name="Ann", care_team=a_team("ours"))
    theirs = a_customer(name="Bo", segment="old")
    steward = actor_for(a_user(role="data-steward"))
    asked = Asked(field="segment", operation="set", value="Gold", reason="Campaign")
    job = show_job(asked=asked, picked=[ours.pk, theirs.pk], query="", actor=steward)
    start_job(job_id=job.pk, actor=steward)
    _work(job)
    for one in (ours, theirs):
        update_customer(
            customer_id=one.pk, changes={"segment": "Own"}, trigger="customer-notified",
            actor=SYSTEM,
        )  # fmt: skip
    undo_job(job_id=job.pk, actor=steward)
    _work(job)
    return job


def _work(job: CleansingJob) -> None:
    while work_on_job(job_id=job.pk):
        pass


def test_whoever_was_kept_is_named_with_what_stands_on_record() -> None:
    job, client = a_job(), Client()
    client.force_login(a_user(role="data-steward"))

    answer = client.get(reverse("customers:cleansing_job", args=[job.public_id]))

    rows = [(row["name"], row["before"], row["after"]) for row in answer.context["problems"]]
    assert rows == [("Ann", "–", "Gold"), ("Bo", "old", "Gold")]


def test_whoever_is_out_of_sight_is_neither_named_nor_quoted() -> None:
    job, client = a_job(), Client()
    reader = a_user("cleanse_customers", "view_customer", "view_personal_data")
    reader.teams.add(Team.objects.get(slug="ours"))
    client.force_login(reader)

    answer = client.get(reverse("customers:cleansing_job", args=[job.public_id]))

    names = [row["name"] for row in answer.context["problems"]]
    assert names[0] == "Ann"
    assert "Bo" not in names
    assert [row["before"] for row in answer.context["problems"]] == ["–", "•••"]
