"""The page of what came in and needs a look."""

from typing import Any

import pytest
from django.test import Client

from interactions.models import CarrierState, Inbound, Interaction
from interactions.processes.notify_customer import carriers
from tests.crm.web.test_pseudo_locale import pseudo, untranslated  # noqa: F401  # a fixture by name
from tests.customers.factories import a_customer, a_user
from tests.interactions.channels.providers import SECRETS, pushed
from tests.interactions.mails import a_mail
from tests.interactions.processes.receive_message.factories import arrived

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def signed_in(role: str = "agent") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


@pytest.mark.req("R-TMI-4")
def test_a_sender_nobody_verified_is_linked_with_one_click() -> None:
    customer = a_customer(email="priya@example.org")
    arrived(a_mail())
    matter, agent = Interaction.objects.get(), signed_in()

    page = agent.get("/inbound").content.decode()
    linked = agent.post(f"/inbound/unknown/{matter.pk}/link", {"customer": customer.pk})

    assert customer.name in page
    assert linked.status_code == 303
    matter.refresh_from_db()
    assert matter.customer_id == customer.pk
    assert customer.name not in agent.get("/inbound").content.decode()


@pytest.mark.parametrize(
    ("action", "state", "matters"), [("release", "filed", 1), ("discard", "discarded", 0)]
)
def test_what_is_held_back_is_let_in_or_discarded_and_that_can_be_undone(
    action: str, state: str, matters: int
) -> None:
    row = arrived(a_mail(List_Id="<news.example.org>"))
    agent = signed_in()
    assert "List-Id" in agent.get("/inbound").content.decode() or row.because

    agent.post(f"/inbound/{row.pk}/{action}")

    row.refresh_from_db()
    assert (row.state, Interaction.objects.count()) == (state, matters)
    assert row.decided_by
    if state == "discarded":
        agent.post(f"/inbound/{row.pk}/take-back")
        assert Inbound.objects.get().state == "held"


def test_what_is_held_back_is_put_into_the_matter_somebody_names() -> None:
    first = arrived(a_mail())
    held = arrived(a_mail(subject="Copy", List_Id="<news.example.org>"))
    matter = Interaction.objects.get()

    signed_in().post(f"/inbound/{held.pk}/join", {"reference": matter.reference})

    held.refresh_from_db()
    assert (held.state, held.interaction_id) == ("filed", first.interaction_id)
    assert matter.messages.count() == 2


def test_the_health_of_channels_says_what_is_off_away_and_waiting(settings: Any) -> None:
    settings.CRM_CHANNEL_SECRETS = SECRETS
    carriers.failed("email", "Connection refused")
    assert CarrierState.objects.get().failures == 1

    page = signed_in().get("/inbound").content.decode()

    assert "Away since" in page
    assert "Off" not in page


def test_who_may_not_decide_sees_and_changes_nothing() -> None:
    row = arrived(a_mail(List_Id="<news.example.org>"))
    reader = signed_in("privacy-officer")

    assert reader.get("/inbound").status_code == 403
    assert reader.post(f"/inbound/{row.pk}/release").status_code in {302, 303, 403}
    row.refresh_from_db()
    assert row.state == "held"


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("path", ["/inbound", "/contact", "/mine/ask"])
def test_pages_have_no_text_of_their_own(path: str) -> None:
    arrived(a_mail("stranger@example.net"))
    arrived(a_mail(List_Id="<news.example.org>"))
    client = signed_in() if path == "/inbound" else Client()

    assert untranslated(client.get(path).content.decode()) == []


@pytest.mark.req("R-TMI-4")
def test_a_call_is_shown_with_who_it_may_be_and_wrapped_up(settings: Any) -> None:
    settings.CRM_CHANNEL_SECRETS = SECRETS
    customer = a_customer(phone="+447700900123")
    user = a_user(role="agent", username="ana")
    client = Client()
    client.force_login(user)
    for event in ("ringing", "answered", "ended"):
        body = {"type": event, "call": "c-1", "from": "+447700900123", "agent": "ana"}
        pushed("phone", body)
    from interactions.models import Call

    address = f"/calls/{Call.objects.get().public_id}"

    assert customer.name in client.get(address).content.decode()
    refused = client.post(f"{address}/wrap-up", {"code": "", "note": "Restarted."})
    done = client.post(
        f"{address}/wrap-up",
        {"code": "resolved", "note": "Restarted.", "choice": f"customer:{customer.pk}"},
    )

    assert (refused.status_code, done.status_code) == (422, 303)
    assert Interaction.objects.get().customer_id == customer.pk
    stranger = signed_in()
    assert stranger.get(address).status_code == 404
