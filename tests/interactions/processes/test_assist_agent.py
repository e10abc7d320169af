"""The assistant: off until governed on, told no persons, labelled, and deaf to every clock."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from crm.audit.models import Access
from crm.errors import RuleBroken
from interactions import assist
from interactions.governed.assisting import baseline
from interactions.models import AssistRequest, Interaction, SlaClock
from interactions.processes.assist_agent import answer_asked, ask_assistant, offered
from interactions.processes.keep_participants import add_participant
from interactions.processes.update_interaction import add_message
from interactions.proofs import the_assistant_answers_and_is_told_no_names
from tests.customers.factories import a_customer
from tests.interactions import chat_completions
from tests.interactions.factories import a_worker, an_interaction
from tests.interactions.web.factories import a_desk
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

SEES = "customers.view_personal_data"


@pytest.fixture
def service(settings: Settings) -> Iterator[chat_completions.Service]:
    """A service on loopback, and both capabilities in use."""
    with chat_completions.serving() as service:
        settings.CRM_ASSIST_URL = service.url
        settings.CRM_ASSIST_KEY = "a-key"
        settings.CRM_HUB_ALLOW_PRIVATE = True
        for kind in ("summary", "draft"):
            a_serving_version(f"assist.{kind}", {**baseline(kind), "on": True})
        yield service


def _matter() -> Interaction:
    customer = a_customer(name="Amara Okonjo-Reid", email="amara@example.org")
    one = an_interaction(customer=customer, subject="Amara Okonjo-Reid has no internet")
    said = "Call me on 07700 900 318 or amara@example.org, IBAN GB33BUKB20201555555555. Amara"
    add_message(
        interaction_id=one.pk, body=said, direction="inbound", channel="phone", actor=a_worker()
    )
    add_message(interaction_id=one.pk, body="Secret note", kind="note", actor=a_worker())
    return one


def test_as_shipped_nothing_is_offered_or_shown() -> None:
    one = _matter()
    worker = a_worker(SEES)

    assert [offered(kind, worker) for kind in ("summary", "draft", "other")] == [False] * 3
    with pytest.raises(RuleBroken, match="not in use"):
        ask_assistant(interaction_id=one.pk, kind="summary", language="en", actor=worker)
    client, _user = a_desk()
    assert "assistant" not in client.get(f"/interactions/{one.public_id}").content.decode().lower()
    assert AssistRequest.objects.exists() is False


def test_address_alone_switches_nothing_on(settings: Settings) -> None:
    settings.CRM_ASSIST_URL = "http://127.0.0.1:1/v1"

    assert offered("summary", a_worker(SEES)) is False


def test_summary_is_kept_with_its_version_and_moves_no_clock(
    service: chat_completions.Service,
) -> None:
    one = _matter()
    before = list(SlaClock.objects.order_by("pk").values())
    events, messages = one.events.count(), one.messages.count()

    asked = ask_assistant(
        interaction_id=one.pk, kind="summary", language="en", actor=a_worker(SEES)
    )
    assert answer_asked(asked.pk) is True

    asked.refresh_from_db()
    assert (asked.state, asked.text) == ("done", "She waits for a technician.")
    assert (asked.model, asked.capability_version.slot.key) == ("small-1", "assist.summary")
    assert list(SlaClock.objects.order_by("pk").values()) == before
    assert (one.events.count(), one.messages.count()) == (events, messages)
    assert Access.objects.filter(action="export", detail="assistant: summary").count() == 1


def test_no_person_and_no_note_leaves_the_house(service: chat_completions.Service) -> None:
    asked = ask_assistant(
        interaction_id=_matter().pk, kind="draft", language="de", actor=a_worker(SEES)
    )
    answer_asked(asked.pk)

    told = str(service.told[0])
    for hidden in ("Amara", "Okonjo", "amara@", "900 318", "GB33", "Secret"):
        assert hidden not in told
    assert "[name] has no internet" in told
    assert "German" in told
    assert service.headers[0]["authorization"] == "Bearer a-key"


def test_who_takes_part_is_no_name_that_leaves_the_house(
    service: chat_completions.Service,
) -> None:
    one, worker = _matter(), a_worker(SEES)
    add_participant(interaction_id=one.pk, name="Ottilie Brandreth", actor=worker)
    add_message(
        interaction_id=one.pk, body="Ring Ms Brandreth, she is at home.", direction="inbound",
        channel="phone", actor=worker,
    )  # fmt: skip

    asked = ask_assistant(interaction_id=one.pk, kind="summary", language="en", actor=worker)
    answer_asked(asked.pk)

    told = str(service.told[0])
    assert "she is at home" in told
    assert "Brandreth" not in told


@pytest.mark.parametrize(
    ("status", "raw"), [(500, b""), (200, b"no json"), (200, b'{"choices": []}'), (301, b"")]
)
def test_service_that_fails_is_told_and_changes_nothing(
    service: chat_completions.Service, status: int, raw: bytes
) -> None:
    service.status, service.raw = status, raw
    asked = ask_assistant(
        interaction_id=_matter().pk, kind="draft", language="en", actor=a_worker(SEES)
    )

    answer_asked(asked.pk)

    asked.refresh_from_db()
    assert (asked.state, asked.text) == ("failed", "")
    assert asked.problem


def test_private_addresses_are_not_called_in_production(
    service: chat_completions.Service, settings: Settings
) -> None:
    settings.CRM_HUB_ALLOW_PRIVATE = False

    answer = assist.ask(baseline("draft"), instructions="x", material="y")

    assert answer.problem
    assert service.told == []


@pytest.mark.django_db(transaction=True)
def test_service_is_asked_outside_any_transaction(
    service: chat_completions.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask_assistant(
        interaction_id=_matter().pk, kind="draft", language="en", actor=a_worker(SEES)
    )
    inside = []
    really = assist.ask

    def watched(*given: object, **named: object) -> assist.Answer:
        inside.append(connection.in_atomic_block)
        return really(*given, **named)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(assist, "ask", watched)

    answer_asked(asked.pk)

    assert inside == [False]
    assert len(service.told) == 1


def test_same_question_still_open_is_one_and_a_lost_one_is_taken_up(
    service: chat_completions.Service,
) -> None:
    one, worker = _matter(), a_worker(SEES)
    first = ask_assistant(interaction_id=one.pk, kind="draft", language="en", actor=worker)
    again = ask_assistant(interaction_id=one.pk, kind="draft", language="en", actor=worker)
    assert first == again

    AssistRequest.objects.update(lease_until=timezone.now() + timedelta(seconds=60))
    assert answer_asked() is False
    AssistRequest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert answer_asked() is True
    assert answer_asked() is False
    assert len(service.told) == 1


def test_nobody_asks_who_may_not_see_people(service: chat_completions.Service) -> None:
    with pytest.raises(PermissionDenied):
        ask_assistant(interaction_id=_matter().pk, kind="draft", language="en", actor=a_worker())


def test_readiness_case_really_asks(service: chat_completions.Service) -> None:
    on = {**baseline("draft"), "on": True}

    assert the_assistant_answers_and_is_told_no_names(baseline("draft")).passed
    assert service.told == []
    assert the_assistant_answers_and_is_told_no_names(on).passed
    service.status = 500
    assert not the_assistant_answers_and_is_told_no_names(on).passed


def test_draft_is_labelled_and_only_put_into_the_box(service: chat_completions.Service) -> None:
    client, user = a_desk()
    one = _matter()
    service.says = "Hello [name], we are on it."
    client.post(f"/interactions/{one.public_id}/assistant/draft")
    answer_asked()

    page = client.get(f"/interactions/{one.public_id}").content.decode()
    assert "Machine-made" in page
    request = AssistRequest.objects.get()
    sent = one.messages.count()
    box = client.post(
        f"/interactions/{one.public_id}/assistant/{request.pk}/take",
        {"body": "Mine first."},
        headers={"HX-Request": "true"},
    ).content.decode()

    assert "Mine first.\n\nHello [name], we are on it." in box
    assert one.messages.count() == sent
    assert one.readings.get(user=user).draft["body"].startswith("Mine first.")
