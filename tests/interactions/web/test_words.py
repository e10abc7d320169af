"""Every visible word of these screens comes from gettext, or is marked as data."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from crm.access import actor_for
from interactions.macros import load_macros
from interactions.models import Interaction, Macro, OwnField, SavedView
from interactions.processes.fill_own_fields import fill_in
from interactions.processes.keep_participants import add_participant
from interactions.processes.manage_interaction import (
    escalate,
    keep_apart,
    link,
    merge,
    plan_follow_up,
    snooze,
    split,
)
from interactions.processes.tag_interaction import tag
from interactions.processes.track_interaction import make_promise
from interactions.processes.update_interaction import add_message, ask_customer
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
    escalate(interaction_id=one.pk, reason="part", actor=worker)
    for other in (an_interaction(customer, subject="Again"), an_interaction(customer)):
        link(interaction_id=one.pk, other_id=other.pk, actor=worker)
    merge(source_id=other.pk, target_id=one.pk, actor=worker)
    snooze(interaction_id=one.pk, until=soon, actor=worker)
    note = add_message(interaction_id=one.pk, body="x", kind="note", actor=worker)
    split(interaction_id=one.pk, message_ids=[note.pk], subject="x", actor=worker)
    load_macros()
    Macro.objects.filter(key="done").update(
        effects=[{"do": "take"}, {"do": "complete", "outcome": "resolved"}]
    )
    apart = an_interaction(customer, subject="Fibre drops")
    keep_apart(interaction_id=one.pk, other_id=apart.pk, actor=worker)
    an_interaction(customer, subject="Re: fibre drops")
    tag(interaction_id=one.pk, name="x", actor=a_worker("interactions.coin_tag"))
    add_participant(
        interaction_id=one.pk, name="x", address="x@x.example", copied=True, actor=worker
    )
    OwnField.objects.create(key="x", label="Which floor", value_type="flag", required=True)
    fill_in(interaction_id=one.pk, values={"x": True}, actor=worker)
    return one


@pytest.mark.parametrize(
    "path",
    [
        "/desk?tab=all",
        "/desk?tab=mine",
        "/desk?tab=all&channel=web",
        "/log?customer={customer}",
        "/interactions/{public_id}",
        "/interactions/{public_id}?macro=done",
        "/customers/{customer}/timeline",
        "/customers/{customer}/matters",
        "/performance?period=month",
        "/performance/rows?period=month&show=open",
    ],
)
@pytest.mark.usefixtures("pseudo")
def test_screen_has_no_text_of_its_own(path: str, matter: Interaction) -> None:
    cache.clear()
    client, user = a_desk(role="team-lead")
    SavedView.objects.create(user=user, name="Web", query="tab=all&channel=web")
    plan_follow_up(
        interaction_id=matter.pk, kind="call", note="x", actor=actor_for(user),
        due_at=timezone.now() + timedelta(seconds=5),
    )  # fmt: skip
    address = path.format(customer=matter.customer_id, public_id=matter.public_id)

    html = client.get(address).content.decode()

    assert untranslated(html) == []
