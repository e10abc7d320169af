"""The drawing of relationships."""

import pytest

from crm.access import SYSTEM
from customers.models import Party
from customers.processes.keep_relations import tie
from customers.web.relation_graph import graph, ties
from tests.customers.factories import a_customer, a_party

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-BCI-10")]


def named(name: str, **more: str) -> Party:
    return a_party(given_name=name, family_name="Reid", **more)


def tied(source: Party, kind: str, target: Party) -> None:
    tie(source_id=source.pk, target_id=target.pk, kind=kind, actor=SYSTEM)


def test_nobody_tied_means_no_drawing() -> None:
    assert graph(a_party(), clear=True) is None
    assert graph(None, clear=True) is None


def test_parents_stand_above_partners_beside_and_children_below() -> None:
    amara, daniel, zola, ngozi = (named(one) for one in ("Amara", "Daniel", "Zola", "Ngozi"))
    tied(amara, "partner", daniel)
    tied(amara, "parent", zola)
    tied(daniel, "parent", zola)
    tied(ngozi, "parent", amara)

    drawn = graph(amara, clear=True)

    assert drawn is not None
    height = {node.name: node.y for node in drawn.nodes}
    assert height["Ngozi"] < height["Amara"] == height["Daniel"] < height["Zola"]
    assert len({(node.x, node.y) for node in drawn.nodes}) == 4
    assert len(drawn.edges) == 4


def test_an_organisation_is_drawn_two_steps_far() -> None:
    group, house, shop = (
        a_party(kind="organization", trading_name=name) for name in ("Group", "House", "Shop")
    )
    tied(group, "subsidiary", house)
    tied(house, "subsidiary", shop)

    drawn = graph(shop, clear=True)

    assert drawn is not None
    assert {node.name for node in drawn.nodes} == {"Group", "House", "Shop"}


@pytest.mark.parametrize(
    ("kind", "outward", "inward"),
    [
        ("parent", "Parent of", "Child of"),
        ("guardian", "Guardian of", "Under the care of"),
        ("payer", "Pays for", "Bill paid by"),
        ("household", "Same household", "Same household"),
    ],
)
def test_a_tie_reads_from_both_sides(kind: str, outward: str, inward: str) -> None:
    one, other = a_customer(party=named("Amara")), a_customer(party=named("Zola"))
    assert one.party
    assert other.party
    tied(one.party, kind, other.party)

    assert [tied.how for tied in ties(one, clear=True)] == [outward]
    assert [tied.how for tied in ties(other, clear=True)] == [inward]


def test_names_are_masked_in_rows_and_drawing() -> None:
    one, other = a_customer(party=named("Amara")), named("Zola")
    assert one.party
    tied(one.party, "parent", other)

    drawn = graph(one.party, clear=False)

    assert drawn is not None
    assert "Zola" not in {node.name for node in drawn.nodes}
    assert [tied.name for tied in ties(one, clear=False)] == ["Z. R."]


def test_whoever_has_no_name_is_called_what_we_know_them_as() -> None:
    nameless = a_customer(party=a_party(given_name="", family_name=""), name="7590-VHVEG")
    other = a_customer()
    assert nameless.party
    assert other.party
    tied(nameless.party, "household", other.party)

    (one,) = ties(other, clear=True)
    drawn = graph(other.party, clear=True)

    assert one.name == "7590-VHVEG"
    assert drawn
    assert {node.name for node in drawn.nodes} == {"Priya", "7590-VHVEG"}
