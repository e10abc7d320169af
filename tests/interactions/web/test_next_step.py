"""What the customer page says to do next."""

from datetime import timedelta

import pytest

from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def test_an_unanswered_matter_asks_for_its_first_answer_and_says_by_when() -> None:
    client, _user = a_desk()
    customer = a_customer()
    an_interaction(customer=customer, ago=timedelta(hours=3))

    step = client.get(f"/customers/{customer.pk}/matters").context["step"]

    assert step.title == "Give the first answer"
    assert any("was promised for" in reason for reason in step.reasons)


def test_without_an_open_matter_there_is_nothing_to_do_next() -> None:
    client, _user = a_desk()

    html = client.get(f"/customers/{a_customer().pk}/matters").content.decode()

    assert "Nothing is promised and open." in html
    assert "Do next" not in html
