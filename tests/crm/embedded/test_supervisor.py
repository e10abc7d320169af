"""Parts that die come back, later each time; all stop in the end."""

import signal
from collections.abc import Iterator

import pytest

from crm.embedded.server import Server, spawn
from crm.embedded.supervisor import STOPPING_SIGNALS, Part, Supervisor
from crm.embedded.trouble import Trouble


@pytest.fixture(autouse=True)
def our_signals_again() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in STOPPING_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def running(seconds: str = "60") -> Server:
    return Server("Part", spawn(["sleep", seconds]), (signal.SIGTERM,))


def ended() -> Server:
    server = running("0")
    server.process.wait()
    return server


def test_a_dead_part_is_announced_and_started_again() -> None:
    said: list[str] = []
    part = Part("Worker", running, ended())

    part.look(said.append)
    part.due = 0
    part.look(said.append)

    assert said == ["Worker ended (code 0); starting it again in 1 s."]
    assert part.server.alive()
    part.server.stop()


def test_a_part_that_keeps_dying_waits_longer_each_time() -> None:
    said: list[str] = []
    part = Part("Worker", ended, ended())

    for _ in range(7):
        part.look(said.append)
        part.due = 0
        part.look(said.append)

    waits = [line.rsplit(" in ", 1)[1] for line in said]
    assert waits == ["1 s.", "2 s.", "4 s.", "8 s.", "16 s.", "30 s.", "30 s."]


def test_a_part_that_cannot_start_says_why_and_is_tried_again() -> None:
    def refuse() -> Server:
        raise Trouble("The disk is full")

    said: list[str] = []
    part = Part("PostgreSQL", refuse, ended())
    part.look(said.append)
    part.due = 0

    part.look(said.append)

    assert said[-1] == "The disk is full; starting it again in 2 s."
    assert part.due is not None


def test_everything_is_stopped_when_something_goes_wrong() -> None:
    supervisor = Supervisor(print)
    first, second = (supervisor.start(name, running) for name in ("First", "Second"))

    with pytest.raises(ZeroDivisionError), supervisor:
        _ = 1 / 0

    assert (first.alive(), second.alive()) == (False, False)


def test_a_termination_signal_ends_the_watch() -> None:
    supervisor = Supervisor(print)
    part = supervisor.start("Part", running)

    with pytest.raises(KeyboardInterrupt), supervisor:
        signal.raise_signal(signal.SIGTERM)

    assert not part.alive()


def test_a_part_deaf_to_its_signal_is_killed() -> None:
    process = spawn(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"])
    deaf = Server("Deaf", process, (signal.SIGTERM,))

    deaf.stop(patience=0.5)

    assert not deaf.alive()
