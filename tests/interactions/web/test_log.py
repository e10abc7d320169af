"""A call in three fields."""

import pytest

from interactions.models import Interaction
from tests.customers.factories import a_customer, a_medium
from tests.interactions.factories import an_interaction, the_clock
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

CALL = {"reason": "no-internet", "agreed": "An engineer comes on Friday."}


def _reason() -> str:
    from interactions.models import Reason

    return Reason.objects.order_by("key").values_list("key", flat=True)[0]


@pytest.mark.req("R-TMI-4")
def test_a_number_is_enough_to_log_a_call() -> None:
    client, user = a_desk()
    customer = a_customer(phone="+447700900318")

    answer = client.post("/log", CALL | {"who": "07700 900 318", "reason": _reason()})

    logged = Interaction.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/interactions/{logged.public_id}"
    assert (logged.customer_id, logged.channel, logged.owner_id) == (customer.pk, "phone", user.pk)
    assert logged.subject == "An engineer comes on Friday."
    assert the_clock(logged).due_at is not None
    assert the_clock(logged, "first_response").state == "met"


def test_the_open_matter_is_offered_and_takes_the_call() -> None:
    client, _user = a_desk()
    customer = a_customer(phone="+447700900318", name="Amara Okonjo")
    matter = an_interaction(customer=customer)

    offered = client.get("/log/caller", {"who": "900318"}, headers={"HX-Request": "true"})
    client.post(
        "/log", CALL | {"who": "900318", "reason": _reason(), "choice": f"matter:{matter.pk}"}
    )

    html = offered.content.decode()
    assert "Amara Okonjo" in html
    assert f'value="matter:{matter.pk}"' in html
    assert Interaction.objects.count() == 1
    assert matter.messages.get().body == CALL["agreed"]


def test_a_call_in_the_wrong_matter_is_taken_out_again() -> None:
    client, _user = a_desk()
    matter = an_interaction(customer=a_customer(phone="+447700900318"))
    client.post(
        "/log", CALL | {"who": "900318", "reason": _reason(), "choice": f"matter:{matter.pk}"}
    )
    undo = f"/log/call/{matter.messages.get().pk}/undo"

    page = client.get(f"/interactions/{matter.public_id}")
    client.post(undo)

    assert f'action="{undo}"' in page.content.decode()
    assert matter.messages.exists() is False


def test_several_callers_are_asked_about_and_nothing_is_lost() -> None:
    client, _user = a_desk()
    for name in ("Amara Okonjo", "Amara Reid"):
        a_customer(name=name)

    answer = client.post("/log", CALL | {"who": "amara", "reason": _reason()})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Several customers fit. Choose one." in html
    assert CALL["agreed"] in html
    assert Interaction.objects.exists() is False


def test_namesakes_are_told_apart_by_their_town() -> None:
    client, _user = a_desk()
    for town in ("Eastmarsh", "Wexcombe"):
        one = a_customer(name="Amara Okonjo")
        assert one.party
        a_medium(one.party, "address", f"1 High Street, {town}", characteristic={"city": town})

    html = client.get("/log/caller", {"who": "amara"}, headers={"HX-Request": "true"})

    for town in ("Eastmarsh", "Wexcombe"):
        assert f" · {town}</label>" in html.content.decode()


def test_an_unknown_caller_can_be_logged_without_a_customer() -> None:
    client, _user = a_desk()

    client.post("/log", CALL | {"who": "07700 900 999", "reason": _reason(), "choice": "none"})

    logged = Interaction.objects.get()
    assert logged.customer is None
    assert "07700 900 999" in logged.description


def test_logging_can_be_undone() -> None:
    client, _user = a_desk()
    a_customer(number="C-77")
    client.post("/log", CALL | {"who": "C-77", "reason": _reason()})

    client.post(f"/log/{Interaction.objects.get().pk}/undo")

    assert Interaction.objects.get().removed_at is not None


def test_the_customer_page_opens_the_form_with_its_customer() -> None:
    client, _user = a_desk()
    customer = a_customer(name="Amara Okonjo")

    html = client.get(f"/log?customer={customer.pk}").content.decode()

    assert "Amara Okonjo" in html


def test_who_may_not_log_is_refused() -> None:
    client, _user = a_desk(role="auditor")
    a_customer(number="C-77")

    answer = client.post("/log", CALL | {"who": "C-77", "reason": "x"})

    assert answer.status_code == 403
    assert Interaction.objects.exists() is False


@pytest.mark.req("R-TMI-7", "R-TMI-8")
def test_what_was_solved_on_the_phone_is_logged_and_closed_in_one_go() -> None:
    client, _user = a_desk()
    a_customer(number="C-77")

    client.post("/log", CALL | {"who": "C-77", "reason": _reason(), "then": "close"})

    logged = Interaction.objects.get()
    assert (logged.status, logged.outcome, logged.customer_informed) == (
        "closed", "resolved", "phone",
    )  # fmt: skip
    assert the_clock(logged).state == "met"
