from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from crm.access import forget_actors
from crm.accounts.models import User
from readiness.processes.register_processes import register_processes
from tests.readiness.factories import a_managing_user

pytestmark = pytest.mark.django_db


def bearer(*permissions: str) -> dict[str, str]:
    forget_actors()
    user = a_managing_user(*permissions)
    User.objects.filter(pk=user.pk).update(is_partner=True)
    application = get_application_model().objects.create(
        user=user, client_type="confidential", authorization_grant_type="client-credentials"
    )
    token = get_access_token_model().objects.create(
        token=f"token-{user.pk}",
        application=application,
        user=user,
        scope="read",
        expires=timezone.now() + timedelta(hours=1),
    )
    return {"Authorization": f"Bearer {token.token}"}


@pytest.mark.req("R-CSR-0")
@pytest.mark.req("R-BCI-0")
def test_definition_is_served_with_its_clauses_and_tests(client: Client) -> None:
    register_processes()

    answer = client.get("/api/v1/processes/1.3.4.1.1", headers=bearer("view_processelement"))

    body = answer.json()
    assert (answer.status_code, body["id"], body["level"], body["maturity"]) == (
        200, "1.3.4.1.1", 4, 4,
    )  # fmt: skip
    assert len(body["clause"]) == 22
    assert any("test_definition_is_served" in test for test in body["clause"][0]["test"])


def test_all_elements_are_listed(client: Client) -> None:
    register_processes()

    answer = client.get("/api/v1/processes", headers=bearer("view_processelement"))

    assert {"1.3.1", "1.3.4.1.1", "1.3.5.6", "1.3.6"} <= {one["id"] for one in answer.json()}


def test_unknown_element_is_not_found(client: Client) -> None:
    answer = client.get("/api/v1/processes/9.9", headers=bearer("view_processelement"))

    assert answer.status_code == 404


def test_stranger_gets_401_and_a_partner_without_the_permission_403(client: Client) -> None:
    register_processes()

    assert client.get("/api/v1/processes/1.3.1").status_code == 401
    answer = client.get("/api/v1/processes/1.3.1", headers=bearer("accept_for_billing"))
    assert answer.status_code == 403
