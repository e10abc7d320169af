"""The team lead's day, a journey a test: the board at eleven, the holiday nobody entered."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from crm.accounts.models import Team
from crm.events.catalogue import CapabilityStateChanged
from interactions.governed import kpis, policies
from interactions.handlers import move_what_runs
from interactions.models import Improvement
from interactions.processes.track_interaction import fire_due, move_slice
from readiness.models import CapabilityVersion
from readiness.registry.measures import measured
from readiness.registry.resolve import forget_snapshot
from tests.browser.conftest import PageAs, a_user, assert_accessible
from tests.interactions.factories import an_interaction, plain_promises, the_clock
from tests.readiness.factories import a_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_WHOLE_DAYS = {str(day): [["00:00", "24:00"]] for day in range(1, 8)}


@pytest.fixture(autouse=True)
def _governed() -> Iterator[None]:
    cache.clear()
    forget_snapshot()
    by_hand = {**policies.BASELINE["customer_notice"], "automatic": False}
    plain_promises(customer_notice=by_hand)
    yield
    forget_snapshot()


@pytest.mark.req("R-TMI-12")
def test_the_board_at_eleven(page_as: PageAs) -> None:
    """Journey 5: pressure, what is at risk and why, a click to the rows, the definition beside."""
    team = Team.objects.create(slug="home-repair", name="Home repair")
    team.members.add(a_user("team-lead"))
    an_interaction(subject="Fresh", team_id=team.pk)
    risky = an_interaction(subject="At risk", ago=timedelta(hours=9, minutes=20), team_id=team.pk)
    fire_due(50, timezone.now())
    page = page_as("team-lead")

    page.goto("/wallboard")
    expect(page.locator("#wall")).to_contain_text("As of")
    expect(page.locator("#wall tbody")).to_contain_text("Home repair")
    expect(page.locator(".wall-n div", has_text="Open").locator("dd")).to_have_text("2")

    page.goto("/desk?tab=risk")
    page.locator("#queue tbody a[data-open]", has_text="At risk").click()
    page.wait_for_url(f"**/interactions/{risky.public_id}")
    expect(page.locator("#why-panel")).to_contain_text("Counts")

    page.goto("/performance?period=month")
    expect(page.locator(".page-head")).to_contain_text("As of")
    page.get_by_role("button", name="Definition of First response").click()
    expect(page.get_by_text("p50, p90, p95 of desk seconds").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("section[aria-labelledby=k1] a.more").click()
    expect(page.locator("main table")).to_contain_text("At risk")
    assert page.violations == []  # type: ignore[attr-defined]  # kept by the fixture


def _walked() -> None:
    while move_slice(50):
        pass


def _for_everybody(version: CapabilityVersion) -> None:
    same_slot = CapabilityVersion.objects.filter(slot=version.slot)
    same_slot.filter(state="general_availability").update(state="superseded")
    same_slot.filter(pk=version.pk).update(state="general_availability")
    move_what_runs(
        CapabilityStateChanged(
            version_id=version.pk, slot="sla.calendar", old="accepted", new="general_availability"
        ),
        1,
    )


@pytest.mark.req("R-TMI-5")
def test_the_holiday_nobody_entered(page_as: PageAs) -> None:
    """Journey 6: what a calendar does to what runs is shown, then done; each clock explains it."""
    matters = [an_interaction(ago=timedelta(hours=2)) for _each in range(2)]
    due = {one.pk: the_clock(one).due_at for one in matters}
    holiday = {"name": "Coronation", "intervals": []}
    holidays = {(timezone.now() + timedelta(days=n)).date().isoformat(): holiday for n in (0, 1)}
    always = {"tz": "UTC", "weekly": _WHOLE_DAYS, "exceptions": holidays}
    version = a_version("sla.calendar", {"calendars": {"always": always}}, state="accepted")
    page = page_as("readiness-manager")
    there = f"/readiness/capabilities/sla.calendar?v={version.number}"

    page.goto(there)
    page.get_by_role("button", name="Show what it does").click()
    expect(page.locator("#toasts")).to_contain_text("nothing is changed")
    _walked()
    page.goto(there)
    running = page.locator("#panel-running")
    expect(running).to_contain_text(matters[0].reference)
    assert {one.pk: the_clock(one).due_at for one in matters} == due

    page.get_by_role("button", name="Take running promises along").click()
    expect(page.locator("#toasts")).to_contain_text("go along once the version serves everybody")
    _for_everybody(version)
    _walked()

    for one in matters:
        before, after = due[one.pk], the_clock(one).due_at
        assert before is not None
        assert after is not None
        assert after > before
    lead = page_as("team-lead")
    lead.goto(f"/interactions/{matters[0].public_id}")
    expect(lead.locator("#why-panel")).to_contain_text("Coronation")


def _ended_improvements() -> list[Improvement]:
    """One that was measured and one that was not pursued, with what the figure itself said."""
    now = timezone.now()
    said = measured(kpis.IN_TIME, a=now - timedelta(days=7), b=now + timedelta(days=1))
    row = {name: float(said[name] or 0) for name in ("value", "n")}
    decided = {"decided_by": "Ellie Marsh", "decided_at": now}
    done = Improvement.objects.create(
        signal="seen", measure="S-1", title="Late on Mondays", state="measured",
        cause="Two away", change="A third", expected=0.97, change_made="Roster 12",
        changed_at=now - timedelta(days=8), measured_at=now, before=row, after=row, **decided,
    )  # fmt: skip
    dropped = Improvement.objects.create(
        signal="seen", measure="C-5", title="They call again", state="rejected",
        decision_note="The new bill explains it", **decided,
    )  # fmt: skip
    return [done, dropped]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_what_a_lead_looks_at_is_accessible(page_as: PageAs, width: int, scheme: str) -> None:
    team = Team.objects.create(slug="home-repair", name="Home repair")
    an_interaction(ago=timedelta(hours=11), team_id=team.pk, verticals=["billing", "assurance"])
    ended = [f"/improvements/{one.public_id}" for one in _ended_improvements()]
    page = page_as("team-lead", width=width, scheme=scheme)

    pages = ("/wallboard", "/watch", "/performance", "/performance/rows?show=due", "/procedures")
    for path in (*pages, "/improvements?show=ended", *ended):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        assert_accessible(page)
    assert page.violations == []  # type: ignore[attr-defined]  # kept by the fixture
