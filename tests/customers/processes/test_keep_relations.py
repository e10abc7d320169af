"""Keep Relations: households, hierarchies, roles."""

import itertools
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import CustomerRole, Party, PartyRelationship
from customers.processes.keep_relations import (
    assign_role,
    end_role,
    play_again,
    stand_again,
    tie,
    untie,
)
from tests.customers.factories import a_customer, a_party

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-BCI-10")]


def companies(*names: str) -> list[Party]:
    return [a_party(kind="organization", trading_name=name) for name in names]


def tied(source: Party, kind: str, target: Party) -> PartyRelationship:
    return tie(source_id=source.pk, target_id=target.pk, kind=kind, actor=SYSTEM)


def test_a_tie_is_dated_said_once_and_told_to_both() -> None:
    amara, daniel = a_party(), a_party()

    made = tied(amara, "partner", daniel)

    assert tied(amara, "partner", daniel) == made
    assert tied(daniel, "partner", amara) == made
    told = OutboxEvent.objects.values_list("payload__party_id", flat=True)
    assert sorted(told) == sorted([amara.pk, daniel.pk])
    amara.refresh_from_db()
    assert amara.revision == 2


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_hierarchy_does_not_go_in_a_circle(steps: int) -> None:
    chain = companies("A", "B", "C", "D")[: steps + 1]
    for above, below in itertools.pairwise(chain):
        tied(above, "subsidiary", below)

    with pytest.raises(RuleBroken) as broken:
        tied(chain[-1], "subsidiary", chain[0])

    assert (broken.value.code, broken.value.kind) == ("goes-in-a-circle", "conflict")


def test_an_ended_tie_is_no_step_of_a_circle() -> None:
    one, other = companies("A", "B")
    first = tied(one, "subsidiary", other)
    untie(relationship_id=first.pk, actor=SYSTEM)

    tied(other, "subsidiary", one)

    with pytest.raises(RuleBroken):
        stand_again(relationship_id=first.pk, actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_two_people_cannot_close_a_ring_at_once() -> None:
    a, b, c = companies("A", "B", "C")
    tied(a, "subsidiary", b)
    ready, refused = threading.Barrier(2), []

    def work(source: Party, target: Party) -> None:
        try:
            ready.wait(10)
            tied(source, "subsidiary", target)
        except RuleBroken as broken:
            refused.append(broken.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in ((b, c), (c, a))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)

    assert refused == ["goes-in-a-circle"]


@pytest.mark.parametrize(
    ("_case", "kinds", "kind"),
    [
        ("a person is no subsidiary", ("organization", "individual"), "subsidiary"),
        ("a company has no parents", ("individual", "organization"), "parent"),
        ("nobody employs a company", ("organization", "organization"), "employer"),
    ],
)
def test_a_tie_fits_those_it_ties(_case: str, kinds: tuple[str, str], kind: str) -> None:
    source, target = (a_party(kind=one) for one in kinds)

    with pytest.raises(RuleBroken) as broken:
        tied(source, kind, target)

    assert broken.value.code == "not-between-these"


def test_a_child_that_leaves_the_household_stays_a_child() -> None:
    amara, zola = a_party(), a_party()
    home, kin = tied(amara, "household", zola), tied(amara, "parent", zola)

    untie(relationship_id=home.pk, actor=SYSTEM)

    now = datetime.now(UTC)
    assert list(PartyRelationship.objects.at(now).of(zola.pk)) == [kin]
    stand_again(relationship_id=home.pk, actor=SYSTEM)
    assert PartyRelationship.objects.at(datetime.now(UTC)).of(zola.pk).count() == 2


@pytest.mark.req("R-CIM-17")
@pytest.mark.parametrize("role", CustomerRole.Role.values)
def test_every_role_is_dated_and_ends(role: str) -> None:
    customer, party = a_customer(), a_party()
    since = datetime(2025, 1, 1, tzinfo=UTC)

    made = assign_role(
        customer_id=customer.pk, party_id=party.pk, role=role, valid_from=since, actor=SYSTEM
    )

    again = assign_role(customer_id=customer.pk, party_id=party.pk, role=role, actor=SYSTEM)
    assert again == made
    end_role(role_id=made.pk, actor=SYSTEM)
    assert not customer.roles.at(datetime.now(UTC)).exists()
    assert customer.roles.at(datetime(2025, 6, 1, tzinfo=UTC)).get() == made
    play_again(role_id=made.pk, actor=SYSTEM)
    assert customer.roles.at(datetime.now(UTC)).get() == made


def test_nobody_is_their_own_guardian() -> None:
    customer = a_customer()

    with pytest.raises(RuleBroken):
        assign_role(
            customer_id=customer.pk,
            party_id=customer.party_id or 0,
            role="guardian",
            actor=SYSTEM,
        )
