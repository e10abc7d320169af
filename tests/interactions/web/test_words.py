"""Every visible word of these screens comes from gettext, or is marked as data."""

import pytest
from django.core.cache import cache

from interactions.models import Interaction
from interactions.processes.track_interaction import make_promise
from interactions.processes.update_interaction import ask_customer
from tests.crm.web.test_pseudo_locale import pseudo, untranslated  # noqa: F401  # a fixture
from tests.customers.factories import a_customer
from tests.interactions.factories import a_worker, an_interaction, later, the_clock
from tests.interactions.web.factories import a_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(plain: None) -> Interaction:
    """A matter with everything a page can show."""
    customer = a_customer(name="Amara", care_note="Alarm", email="amara@example.org")
    one = an_interaction(customer=customer, subject="Fibre drops")
    worker = a_worker()
    soon = later(one.opened_at, days=1)
    make_promise(clock_id=the_clock(one).pk, due_at=soon, reason="part", actor=worker)
    ask_customer(
        interaction_id=one.pk, question="Lights?", due_at=soon, on_silence="call", actor=worker
    )
    return one


@pytest.mark.parametrize(
    "path",
    [
        "/desk?tab=all",
        "/desk?tab=mine",
        "/desk?tab=all&channel=web",
        "/log?customer={customer}",
        "/interactions/{public_id}",
        "/customers/{customer}/timeline",
        "/customers/{customer}/matters",
        "/performance?period=month",
        "/performance/rows?period=month&show=open",
    ],
)
@pytest.mark.usefixtures("pseudo")
def test_screen_has_no_text_of_its_own(path: str, matter: Interaction) -> None:
    cache.clear()
    client, _user = a_desk(role="team-lead")
    address = path.format(customer=matter.customer_id, public_id=matter.public_id)

    html = client.get(address).content.decode()

    assert untranslated(html) == []
