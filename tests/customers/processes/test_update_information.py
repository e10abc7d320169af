"""Update Customer Data."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import Customer, Party, SearchToken
from customers.processes.place_hold import place_hold, release_hold
from customers.processes.update_information import (
    remove_customer,
    remove_party,
    update_customer,
    update_party,
)
from tests.customers.factories import a_customer, a_medium, a_party, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]

NOTIFIED = "customer-notified"


def test_a_change_keeps_what_was_before_with_who_and_why() -> None:
    customer = a_customer(segment="silver")

    update_customer(
        customer_id=customer.pk, changes={"segment": "gold"}, trigger=NOTIFIED, actor=SYSTEM
    )

    before = customer.events.select_related("pgh_context").get()  # type: ignore[attr-defined]  # made by pghistory
    assert before.segment == "silver"
    assert before.pgh_context.metadata["actor_name"] == "system"
    assert before.pgh_context.metadata["reason"] == NOTIFIED


def test_a_change_moves_the_revision_and_tells_what_changed() -> None:
    customer = a_customer()

    changed = update_customer(
        customer_id=customer.pk,
        changes={"name": "Nair Ltd", "type": "business"},
        expected_revision=1,
        trigger=NOTIFIED,
        actor=SYSTEM,
    )

    assert changed.revision == 2
    assert OutboxEvent.objects.get().payload["changed"] == ["name", "type"]


def test_asking_for_what_is_so_changes_nothing() -> None:
    customer = a_customer(name="Priya Nair")

    update_customer(
        customer_id=customer.pk, changes={"name": "Priya Nair"}, trigger=NOTIFIED, actor=SYSTEM
    )

    customer.refresh_from_db()
    assert customer.revision == 1
    assert OutboxEvent.objects.exists() is False


def test_the_second_of_two_writers_is_refused() -> None:
    party = a_party()
    update_party(
        party_id=party.pk,
        changes={"given_name": "Pia"},
        expected_revision=1,
        trigger=NOTIFIED,
        actor=SYSTEM,
    )

    with pytest.raises(RuleBroken) as broken:
        update_party(
            party_id=party.pk,
            changes={"given_name": "Pria"},
            expected_revision=1,
            trigger=NOTIFIED,
            actor=SYSTEM,
        )

    assert broken.value.kind == "precondition"
    assert Party.objects.get().name == "Pia Nair"


def test_contact_points_are_replaced_and_the_old_ones_end() -> None:
    party = a_party()
    kept = a_medium(party, "mobile", "07700 900123")
    gone = a_medium(party, "email", "old@example.org")

    changed = update_party(
        party_id=party.pk,
        changes={},
        contact_media=[
            {"type": "mobile", "value": "+44 7700 900123", "preferred": True},
            {"type": "email", "value": "new@example.org"},
        ],
        trigger=NOTIFIED,
        actor=SYSTEM,
    )

    gone.refresh_from_db()
    assert gone.valid_to is not None
    assert list(party.contact_media.current().values_list("normalised", "preferred")) == [
        ("+447700900123", True),
        ("new@example.org", False),
    ]
    assert party.contact_media.filter(pk=kept.pk).exists()
    assert changed.revision == 2


def test_a_new_name_is_found_and_the_old_one_is_not() -> None:
    customer = a_customer(party=a_party(name="Ann Lee", given_name="Ann", family_name="Lee"))

    update_party(
        party_id=customer.party_id or 0,
        changes={"family_name": "Moss"},
        trigger=NOTIFIED,
        actor=SYSTEM,
    )

    words = SearchToken.objects.filter(kind="name").values_list("token", flat=True)
    assert "moss" in words


def test_only_the_three_triggers_are_known() -> None:
    customer = a_customer()

    with pytest.raises(RuleBroken) as broken:
        update_customer(customer_id=customer.pk, changes={}, trigger="whim", actor=SYSTEM)

    assert broken.value.field == "trigger"


def test_a_customer_of_another_team_is_out_of_reach() -> None:
    customer = a_customer()
    agent = an_agent("view_customer", "update_information")

    with pytest.raises(Customer.DoesNotExist):
        update_customer(
            customer_id=customer.pk, changes={"name": "X"}, trigger=NOTIFIED, actor=agent
        )


def test_a_reader_may_not_change() -> None:
    customer = a_customer()

    with pytest.raises(PermissionDenied):
        update_customer(
            customer_id=customer.pk,
            changes={"name": "X"},
            trigger=NOTIFIED,
            actor=an_agent("view_all_customers"),
        )


def test_a_held_customer_stays_until_it_is_released() -> None:
    customer = a_customer()
    place_hold(customer_id=customer.pk, kind="interaction", reference="7", actor=SYSTEM)

    with pytest.raises(RuleBroken) as broken:
        remove_customer(customer_id=customer.pk, actor=SYSTEM)
    release_hold(customer_id=customer.pk, kind="interaction", reference="7", actor=SYSTEM)
    remove_customer(customer_id=customer.pk, actor=SYSTEM)

    assert broken.value.code == "held"
    assert Customer.objects.visible_to(SYSTEM).exists() is False
    assert SearchToken.objects.exists() is False


def test_a_party_with_a_customer_record_stays() -> None:
    customer = a_customer()

    with pytest.raises(RuleBroken, match="stands on this party"):
        remove_party(party_id=customer.party_id or 0, actor=SYSTEM)


def test_a_removed_party_is_out_of_sight() -> None:
    party = a_party()

    remove_party(party_id=party.pk, actor=SYSTEM)

    assert Party.objects.visible_to(SYSTEM).exists() is False
    assert OutboxEvent.objects.get().name == "party.removed"
