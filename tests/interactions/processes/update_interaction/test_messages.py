"""Messages: the same one twice is one, and never one of another matter."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.web.models import AgentNotice
from interactions.models import Interaction, Message
from interactions.processes.close_interaction import cancel, close, complete
from interactions.processes.log_interaction import log_interaction
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import add_message, assign
from tests.customers.factories import a_customer, a_user
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def hear(matter: Interaction, external_id: str = "", *, automatic: bool = False) -> Message:
    return add_message(
        interaction_id=matter.pk, body="Still slow.", direction="inbound", channel="email",
        external_id=external_id, actor=SYSTEM, automatic=automatic,
    )  # fmt: skip


@pytest.mark.req("R-TMI-3")
@pytest.mark.parametrize("external_id", ["<1@x>", f"<{'a' * 300}@x>"])
def test_a_message_of_another_matter_is_never_handed_out(external_id: str) -> None:
    one, other = an_interaction(), an_interaction()
    first = hear(one, external_id)
    assert hear(one, external_id) == first

    with pytest.raises(RuleBroken) as refused:
        hear(other, external_id)

    assert refused.value.code == "belongs-to-another"
    assert other.messages.exists() is False


def test_long_ids_of_two_messages_are_told_apart() -> None:
    matter = an_interaction()

    assert hear(matter, "x" * 200 + "1") != hear(matter, "x" * 200 + "2")


@pytest.mark.req("R-TMI-7")
def test_the_customer_writing_again_takes_it_up_once_more() -> None:
    matter = an_interaction()
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)
    close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM)

    hear(matter, automatic=True)
    matter.refresh_from_db()
    assert matter.status == "closed"

    hear(matter)
    matter.refresh_from_db()
    assert (matter.status, matter.reopened) == ("in_progress", 1)
    assert rebuild(interaction_id=matter.pk) == []


@pytest.mark.req("R-TMI-7")
@pytest.mark.parametrize("how", ["window over", "cancelled"])
def test_what_ended_for_good_takes_no_more_but_what_machines_say(how: str) -> None:
    matter = an_interaction()
    if how == "cancelled":
        cancel(interaction_id=matter.pk, reason="spam", actor=SYSTEM)
    else:
        complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)
        Interaction.objects.filter(pk=matter.pk).update(
            completed_at=timezone.now() - timedelta(days=31)
        )

    with pytest.raises(RuleBroken) as refused:
        hear(matter)
    hear(matter, automatic=True)

    assert refused.value.code == "has-ended"
    assert matter.messages.count() == 1
    assert matter.clocks.filter(target="next_response").exists() is False


def test_colleagues_named_in_a_note_hear_of_it_once() -> None:
    priya = a_user(username="priya")
    a_user(username="reseller", is_partner=True)
    matter = an_interaction()

    note = add_message(
        interaction_id=matter.pk, body="@priya and @reseller: look. mail@priya @nobody",
        kind="note", actor=a_worker(),
    )  # fmt: skip

    assert matter.events.get(type="note").data["mentions"] == [priya.pk]
    assert AgentNotice.objects.get().user_id == priya.pk
    assert "@priya" in note.body


@pytest.mark.req("R-TMI-1")
def test_a_partner_system_never_owns_a_matter() -> None:
    partner = a_user(username="portal", is_partner=True)
    matter = an_interaction()

    gives: list[Callable[[], object]] = [
        lambda: assign(interaction_id=matter.pk, owner_id=partner.pk, actor=a_worker()),
        lambda: log_interaction(
            customer_id=a_customer().pk, channel="email", subject="x", owner_id=partner.pk,
            actor=SYSTEM,
        ),
    ]  # fmt: skip
    for give in gives:
        with pytest.raises(RuleBroken) as refused:
            give()
        assert refused.value.code == "unknown-owner"
