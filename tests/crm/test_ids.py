import time
import uuid
from itertools import islice

from crm.ids import new_hexes, new_id


def test_an_id_is_a_version_7_uuid() -> None:
    made = new_id()

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_ids_sort_by_the_time_they_were_made() -> None:
    before = new_id()
    time.sleep(0.002)

    assert new_id() > before


def test_ids_never_repeat() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_ids_by_the_thousand_are_of_the_same_kind() -> None:
    made = [uuid.UUID(digits) for digits in islice(new_hexes(), 1000)]

    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert len(set(made)) == 1000
