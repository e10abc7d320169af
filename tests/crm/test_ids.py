import time

from crm.ids import new_id


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
