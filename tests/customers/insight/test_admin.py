"""Facts and profiles in the admin: read, and decided only by the processes."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts.models import User
from customers.insight.models import Profile
from tests.customers.factories import a_customer, a_user
from tests.customers.insight.factories import a_fact, a_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Client:
    user = a_user(role="administrator")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


@pytest.mark.parametrize("name", ["source", "fact", "profile", "outcome"])
def test_list_opens(name: str, administrator: Client) -> None:
    a_fact(a_customer())

    assert administrator.get(reverse(f"admin:insight_{name}_changelist")).status_code == 200


def test_accepting_in_the_admin_is_the_process_itself(administrator: Client) -> None:
    fact = a_fact(a_customer(), state="proposed")

    administrator.post(
        reverse("admin:insight_fact_changelist"),
        {"action": "accept", "_selected_action": [fact.pk]},
    )

    fact.refresh_from_db()
    assert fact.state == "accepted"
    assert Profile.objects.filter(customer=fact.customer_id).exists()


def test_a_fact_cannot_be_edited(administrator: Client) -> None:
    fact = a_fact(a_customer())

    answer = administrator.post(
        reverse("admin:insight_fact_change", args=[fact.pk]), {"state": "verified"}
    )

    assert answer.status_code == 403
    fact.refresh_from_db()
    assert fact.state == "accepted"


@pytest.mark.req("R-BCI-13")
def test_a_source_is_switched_off_in_the_admin(administrator: Client) -> None:
    source = a_source("partner")

    administrator.post(
        reverse("admin:insight_source_change", args=[source.pk]),
        {"key": "partner", "name": "Partner", "owner": "", "trust": "10", "basis": "contract"},
    )

    source.refresh_from_db()
    assert (source.active, source.trust) == (False, 10)
