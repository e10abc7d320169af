"""The performance page: what it reads must cost a few look-ups, whatever lies in the tables."""

import time
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.bench.ratio import Ratio, in_turn

_ROUNDS = 40


def measure() -> list[Ratio]:
    from crm.access import SYSTEM
    from interactions.models import Interaction, TouchedTime
    from interactions.processes.report_interaction import refresh_figures, report_interaction
    from interactions.processes.report_interaction.keeping import EVERY
    from interactions.processes.report_interaction.periods import PERIODS

    # Inventing the base noted all of its past as changed just now; in a house that runs it is long
    # since heard.
    TouchedTime.objects.update(noted_at=timezone.now() - timedelta(hours=1))
    started = time.perf_counter()
    # What the whole house is asked comes first; teams and verticals follow in later ticks.
    made = refresh_figures(len(EVERY) * sum(PERIODS.values()))
    taken = time.perf_counter() - started
    one = Interaction.objects.order_by("-pk").values_list("public_id", flat=True)[0]

    def report() -> object:
        return report_interaction(period="week", around=timezone.now(), actor=SYSTEM)

    def look_up() -> Interaction:
        return Interaction.objects.select_related("customer").get(public_id=one)

    figures, floor = in_turn(report, look_up, rounds=_ROUNDS)
    ratios = [
        Ratio("figures of a week, of one indexed look-up", figures / floor, 20, False,
              f"{figures * 1000:.1f} ms; {made:,} answers were made ahead in {taken:.0f} s")
    ]  # fmt: skip
    return [*ratios, *_page()]


def _page() -> list[Ratio]:
    """The page beside the smallest one behind the same session: what figures and drawing add."""
    client = _team_lead()

    def page() -> Any:
        cache.clear()
        return client.get("/performance", headers={"hx-request": ""})

    def smallest() -> Any:
        return client.get("/log")

    shown, floor = in_turn(page, smallest, rounds=_ROUNDS)
    return [
        Ratio("page of figures, of the page that logs a call", shown / floor, 20, False,
              f"{shown * 1000:.0f} ms")
    ]  # fmt: skip


def _team_lead() -> Client:
    from tests.interactions.web.factories import a_desk

    client, _user = a_desk(role="team-lead")
    return client
