"""The page of a call: whose it was is said, by choice or by name, and it may be closed with it."""

import pytest
from django.test import Client

from interactions.models import Call, Interaction
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

NUMBER = "+447700900123"
SAID = {"code": "resolved", "note": "Restarted the router."}


def _ended(user_id: int, number: str = NUMBER) -> str:
    call = Call.objects.create(
        source="x", external_id="c-1", direction="inbound", number=number, state="ended",
        agent_id=user_id,
    )  # fmt: skip
    return f"/calls/{call.public_id}"


def _wrapped(client: Client, url: str, **more: str) -> int:
    return client.post(f"{url}/wrap-up", SAID | more).status_code


def test_a_call_of_somebody_we_know_is_not_logged_as_nobodys_by_haste() -> None:
    client, user = a_desk()
    a_customer(phone=NUMBER)
    a_customer(phone=NUMBER)
    url = _ended(user.pk)

    answer = client.post(f"{url}/wrap-up", SAID)

    assert answer.status_code == 422
    assert "Say whose call it was." in answer.content.decode()
    assert Interaction.objects.exists() is False
    assert _wrapped(client, url, choice="none") == 303
    assert Interaction.objects.get().customer is None


def test_the_open_matter_of_the_only_caller_is_chosen_beforehand() -> None:
    client, user = a_desk()
    matter = an_interaction(customer=a_customer(phone=NUMBER))

    html = client.get(_ended(user.pk)).content.decode()

    assert f'value="interaction:{matter.pk}" checked' in html


@pytest.mark.parametrize("kind", ["customer", "none"])
def test_a_refusal_leaves_chosen_what_was_chosen(kind: str) -> None:
    client, user = a_desk()
    customer = a_customer(phone=NUMBER)
    an_interaction(customer=customer)
    choice = f"customer:{customer.pk}" if kind == "customer" else "none"

    answer = client.post(f"{_ended(user.pk)}/wrap-up", SAID | {"code": "", "choice": choice})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{choice}" checked' in html
    assert html.count(" checked") == 1


@pytest.mark.req("R-TMI-3")
def test_a_caller_from_a_strange_number_is_found_by_what_they_say() -> None:
    client, user = a_desk()
    customer = a_customer(number="C-77", name="Amara Okonjo")
    url = _ended(user.pk, number="+447700900999")

    assert _wrapped(client, url, who="C-77", choice="none") == 303

    logged = Interaction.objects.get()
    assert (logged.customer_id, logged.channel) == (customer.pk, "phone")


def test_who_is_named_outdoes_whose_number_was_chosen_beforehand() -> None:
    client, user = a_desk()
    holder = a_customer(phone=NUMBER)
    named = a_customer(number="C-77", name="Amara Okonjo")

    assert _wrapped(client, _ended(user.pk), who="C-77", choice=f"customer:{holder.pk}") == 303

    assert Interaction.objects.get().customer_id == named.pk


def test_one_chosen_among_several_of_the_name_it_is() -> None:
    client, user = a_desk()
    first, _second = (a_customer(name=name) for name in ("Amara Okonjo", "Amara Reid"))

    assert _wrapped(client, _ended(user.pk), who="amara", choice=f"customer:{first.pk}") == 303

    assert Interaction.objects.get().customer_id == first.pk


def test_several_of_the_name_are_shown_to_choose_from() -> None:
    client, user = a_desk()
    for name in ("Amara Okonjo", "Amara Reid"):
        a_customer(name=name)
    url = _ended(user.pk)

    answer = client.post(f"{url}/wrap-up", SAID | {"who": "amara"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert ("Amara Okonjo" in html, "Amara Reid" in html) == (True, True)
    assert Interaction.objects.exists() is False


@pytest.mark.req("R-TMI-7", "R-TMI-8")
def test_a_call_that_settled_it_is_closed_with_its_wrap_up() -> None:
    client, user = a_desk()
    customer = a_customer(phone=NUMBER)

    assert _wrapped(client, _ended(user.pk), choice=f"customer:{customer.pk}", then="close") == 303

    assert Interaction.objects.get().status == "closed"


@pytest.mark.req("R-TMI-3")
def test_a_call_to_wrap_up_stands_on_the_desk() -> None:
    client, user = a_desk()
    url = _ended(user.pk)

    assert f'href="{url}"' in client.get("/desk").content.decode()
    _wrapped(client, url)
    assert f'href="{url}"' not in client.get("/desk").content.decode()
