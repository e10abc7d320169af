"""Orders are found by their number where everything else is found."""

import pytest

from crm.access import SYSTEM, Actor
from crm.audit.models import Access
from crm.web.search import Hit, search
from tests.customers.factories import a_customer, a_party, a_team, an_agent
from tests.customers.order_factories import an_order

pytestmark = pytest.mark.django_db


def hits(actor: Actor, text: str) -> list[Hit]:
    return [hit for group in search(actor, text, 6) for hit in group.hits if hit.kind == "order"]


def test_an_order_answers_to_how_its_number_begins_in_any_case() -> None:
    order = an_order(a_customer(), external_id="WEB-2026-0017")
    an_order(a_customer(), external_id="WEB-2025-0017")

    (hit,) = hits(SYSTEM, "web-2026")

    assert (hit.title, hit.url, hit.exact) == (
        "WEB-2026-0017",
        f"/orders/{order.public_id}/",
        False,
    )
    assert hits(SYSTEM, "web-2026-0017")[0].exact
    assert hits(SYSTEM, "we") == hits(SYSTEM, "0017") == hits(SYSTEM, "web_2026") == []


def test_who_was_found_by_an_order_is_on_record() -> None:
    order = an_order(a_customer(party=a_party(given_name="Ann")), external_id="WEB-1")

    assert "Ann" in hits(SYSTEM, "web-1")[0].sub

    kept = Access.objects.get()
    assert (kept.action, kept.subject_ids, kept.detail) == (
        "search",
        [order.customer_id],
        "web-1",
    )


def test_orders_of_those_out_of_sight_are_not_found_and_names_stay_masked() -> None:
    team = a_team()
    an_order(a_customer(care_team=team), external_id="WEB-1")
    an_order(a_customer(), external_id="WEB-2")
    an_order(None, external_id="WEB-3")
    agent = an_agent("view_order", "view_customer", teams=(team,))

    (hit,) = hits(agent, "web-")

    assert (hit.title, "Priya" in hit.sub) == ("WEB-1", False)
    assert hits(an_agent("view_customer", teams=(team,)), "web-") == []
