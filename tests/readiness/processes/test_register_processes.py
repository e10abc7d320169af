import pytest

from readiness.models import Clause, ProcessElement
from readiness.processes.register_processes import register_processes

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CSR-0")
@pytest.mark.req("R-BCI-0")
@pytest.mark.req("R-CIM-0")
@pytest.mark.req("R-TMI-0")
@pytest.mark.parametrize(
    ("number", "level", "original", "maturity", "clauses"),
    [
        ("1.3.1", 2, "1.1.1.22", 2, 26),
        ("1.3.4.1.1", 4, "1.1.1.16.1.1", 4, 22),
        ("1.3.5.6", 3, "1.1.1.18.6", 4, 15),
        ("1.3.6", 2, "1.1.1.17", 4, 22),
    ],
)
def test_four_definitions_stand_with_their_head_and_clauses(
    number: str, level: int, original: str, maturity: int, clauses: int
) -> None:
    register_processes()

    element = ProcessElement.objects.get(number=number)

    assert (element.level, element.original_id, element.maturity) == (level, original, maturity)
    assert element.clauses.count() == clauses
    assert element.verticals == ["Fulfillment", "Assurance", "Billing"]


@pytest.mark.req("R-TMI-0")
def test_track_and_manage_carries_its_uid_and_status() -> None:
    register_processes()

    element = ProcessElement.objects.get(number="1.3.5.6")

    assert (element.uid, element.status) == ("01720", "Released")


def test_registering_again_brings_up_to_date_and_adds_nothing() -> None:
    register_processes()
    Clause.objects.update(text="old")
    before = (ProcessElement.objects.count(), Clause.objects.count())

    register_processes()

    assert (ProcessElement.objects.count(), Clause.objects.count()) == before
    assert not Clause.objects.filter(text="old").exists()


def test_clauses_read_in_the_order_of_the_definition() -> None:
    register_processes()

    in_order = list(
        Clause.objects.filter(process__number="1.3.5.6").values_list("requirement", flat=True)
    )

    assert in_order == [f"R-TMI-{number}" for number in range(15)]
