import time

from django.conf import settings

from crm.rounds import SECONDS, rounds


def test_batches_follow_each_other_until_nothing_is_left() -> None:
    left = [3, 3, 1, 0, 9]

    assert rounds(lambda: left.pop(0)) == 7
    assert left == [9]


def test_work_without_end_ends_when_its_time_is_used_up() -> None:
    asked: list[float] = []

    def one_more() -> int:
        asked.append(time.monotonic())
        return 1

    assert rounds(one_more, seconds=0.01) == len(asked)
    assert asked[-1] - asked[0] < 5


def test_the_usual_time_is_well_below_the_soft_limit_of_a_task() -> None:
    assert SECONDS * 3 < settings.CELERY_TASK_SOFT_TIME_LIMIT
