"""The desk, an interaction and the figures in a real browser: readable by all, driven by keys."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Page, Route, expect

from crm.access import SYSTEM
from interactions.macros import load_macros
from interactions.models import Interaction
from interactions.processes.track_interaction import make_promise
from interactions.processes.update_interaction import add_message
from readiness.registry.resolve import forget_snapshot
from tests.browser.conftest import PageAs, a_user, assert_accessible
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, later, plain_promises, the_clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture(autouse=True)
def _governed() -> Iterator[None]:
    cache.clear()
    forget_snapshot()
    plain_promises()
    yield
    forget_snapshot()


@pytest.fixture
def matter() -> Interaction:
    """A late matter of Ellie's, with a talk, a new promise and a note."""
    customer = a_customer(
        name="Amara Okonjo-Reid",
        care_note="Medical alarm on the line",
        email="amara@example.org",
        phone="+447700900318",
    )
    one = an_interaction(
        customer=customer, subject="Fibre drops every evening", ago=timedelta(hours=2),
        owner_id=a_user("agent"),
    )  # fmt: skip
    add_message(interaction_id=one.pk, body="Asked for photos.", kind="note", actor=SYSTEM)
    make_promise(
        clock_id=the_clock(one).pk,
        due_at=later(one.opened_at, days=2),
        reason="The part is late",
        actor=SYSTEM,
    )
    return one


def _clean(page: Page) -> None:
    assert_accessible(page)
    assert page.violations == []  # type: ignore[attr-defined]  # kept by the fixture


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_screens_are_accessible(
    page_as: PageAs, matter: Interaction, width: int, scheme: str
) -> None:
    page = page_as("agent", width=width, scheme=scheme)
    for path in (
        "/desk?tab=all",
        f"/interactions/{matter.public_id}",
        "/log",
        "/log/letter",
        "/log/visit",
    ):
        page.goto(path)
        _clean(page)
    page = page_as("team-lead", width=width, scheme=scheme)
    for path in ("/performance?period=month", "/performance/rows?period=month"):
        page.goto(path)
        _clean(page)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_matter_is_accessible_with_everything_open_and_everything_refused(
    page_as: PageAs, matter: Interaction, width: int, scheme: str
) -> None:
    page = page_as("agent", width=width, scheme=scheme)
    page.goto(f"/interactions/{matter.public_id}")
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
    _clean(page)
    for menu in ("#snooze", "#more"):
        page.click(f"[data-bs-toggle][href='{menu}']")
        expect(page.locator(menu)).to_be_visible()
        page.mouse.move(0, 0)
        _clean(page)
        page.keyboard.press("Escape")
    page.evaluate("document.querySelectorAll('form').forEach((one) => { one.noValidate = true })")
    page.click("#answer button[type=submit]")
    expect(page.locator("#answer [role=alert]")).to_be_visible()
    page.click("#wrap-up button[type=submit]")
    expect(page.locator("#wrap-up [role=alert]")).to_be_visible()
    expect(page.locator("[name=wrap-outcome]")).to_be_focused()
    assert_accessible(page)


def test_call_is_logged_with_three_fields_and_one_keystroke(
    page_as: PageAs, matter: Interaction
) -> None:
    page = page_as("agent")
    page.goto("/desk")
    page.keyboard.press("l")
    expect(page.locator("#log")).to_be_focused()
    page.keyboard.type("07700 900 318")
    expect(page.locator("#log-caller")).to_contain_text("Amara Okonjo-Reid")
    expect(page.locator("#log-buttons")).to_contain_text("Add to INT-")
    page.select_option("[name=reason]", index=1)
    page.fill("[name=agreed]", "She will send photos tonight.")
    page.keyboard.press("Control+Enter")

    page.wait_for_url(f"**/interactions/{matter.public_id}*")
    expect(page.locator("#thread")).to_contain_text("She will send photos tonight.")
    expect(page.locator("#toasts")).to_contain_text("Added to INT-")


@pytest.mark.req("R-TMI-3")
def test_call_is_logged_by_keyboard_alone_in_a_handful_of_keys(
    page_as: PageAs, matter: Interaction
) -> None:
    page = page_as("agent")
    page.goto("/desk")
    pressed: list[str] = []

    def press(key: str) -> None:
        pressed.append(key)
        page.keyboard.press(key)

    press("l")
    page.keyboard.type("07700 900 318")
    expect(page.locator("#log-buttons")).to_contain_text("Add to INT-")
    while page.evaluate("document.activeElement.name") != "reason":
        press("Tab")
    page.keyboard.type("Slow")
    press("Tab")
    page.keyboard.type("Photos tonight.")
    press("Control+Enter")

    page.wait_for_url(f"**/interactions/{matter.public_id}*")
    expect(page.locator("#thread")).to_contain_text("Photos tonight.")
    # Three fields are filled in; everything else is at most five keys.
    assert len(pressed) <= 5


def test_macro_is_put_into_the_answer_and_sent_by_key(page_as: PageAs, matter: Interaction) -> None:
    load_macros()
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    page.select_option("[name=macro]", "done")
    expect(page.locator("#id_body")).to_have_value(re.compile("Hello Amara Okonjo-Reid"))
    page.focus("#id_body")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#thread")).to_contain_text("we have finished INT-")
    expect(page.locator("#id_body")).to_have_value("")


def test_queue_is_walked_opened_and_taken_by_keys(page_as: PageAs, matter: Interaction) -> None:
    page = page_as("agent")
    page.goto("/desk")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("input[name=pick]")).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/interactions/{matter.public_id}")

    free = an_interaction(subject="Free")
    page.goto("/desk")
    page.keyboard.press("n")
    page.wait_for_url(f"**/interactions/{free.public_id}*")


def test_draft_is_kept_and_reply_sent_by_key(page_as: PageAs, matter: Interaction) -> None:
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    page.keyboard.press("r")
    page.keyboard.type("We come tomorrow.")
    expect(page.locator("#draft-kept")).to_contain_text("Draft kept")
    page.reload()
    expect(page.locator("#id_body")).to_have_value("We come tomorrow.")
    page.focus("#id_body")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#toasts")).to_contain_text("On its way.")
    expect(page.locator("#id_body")).to_have_value("")


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.id"))


def test_keys_open_what_they_name_and_put_the_cursor_where_something_is_missing(
    page_as: PageAs, matter: Interaction
) -> None:
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    reached = {}
    for key in ("i", "p", "u", "k", "b", "h", "d", "x", "a", "e", "Control+Shift+Enter"):
        page.keyboard.press(key)
        reached[key] = _focused(page)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.goto(f"/interactions/{matter.public_id}")

    assert reached == {
        "i": "body",
        "p": "promise-reason",
        "u": "later-note",
        "k": "link-other",
        "b": "merge-other",
        "h": "escalate-reason",
        "d": "transfer-team",
        "x": "cancel-reason",
        "a": "owner",
        "e": "wrap-reason",
        "Control+Shift+Enter": "ask-question",
    }


def test_waiting_and_going_on_are_two_keys_each(page_as: PageAs, matter: Interaction) -> None:
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    page.keyboard.press("o")
    page.keyboard.press("c")
    expect(page.locator("#state")).to_contain_text("Waiting")
    # Keys are heard once the new page has its scripts.
    page.wait_for_load_state()
    page.keyboard.press("o")
    page.keyboard.press("o")

    expect(page.locator("#state")).to_contain_text("In progress")


def test_what_is_sent_stands_there_at_once_and_comes_back_when_it_does_not_arrive(
    page_as: PageAs, matter: Interaction
) -> None:
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    seen: list[str] = []

    def cut_off(route: Route) -> None:
        seen.append(page.locator("#thread .pending").inner_text())
        route.abort()

    page.route("**/answer", cut_off)
    page.fill("#id_body", "We come tomorrow.")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#alerts")).to_contain_text("Not sent")
    assert "We come tomorrow." in seen[0]
    expect(page.locator("#thread .pending")).to_have_count(0)
    expect(page.locator("#id_body")).to_have_value("We come tomorrow.")
    expect(page.locator("#id_body")).to_be_focused()
    page.unroute("**/answer")
    page.evaluate("window.sameDocument = true")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("On its way.")
    expect(page.locator("#id_body")).to_have_value("")
    assert page.evaluate("window.sameDocument")
    assert matter.messages.filter(body="We come tomorrow.").count() == 1


def test_a_refusal_puts_back_what_was_typed(page_as: PageAs, matter: Interaction) -> None:
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    page.route(
        "**/answer",
        lambda route: route.fulfill(
            status=409,
            headers={"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"},
            body="<p>It was closed meanwhile.</p>",
        ),
    )
    page.fill("#id_body", "We come tomorrow.")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#toasts")).to_contain_text("It was closed meanwhile.")
    expect(page.locator("#id_body")).to_have_value("We come tomorrow.")
    expect(page.locator("#thread .pending")).to_have_count(0)


def test_a_session_that_ended_takes_nothing_away(page_as: PageAs, matter: Interaction) -> None:
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    signed_in = page.context.cookies()
    Session.objects.all().delete()
    page.fill("#id_body", "We come tomorrow.")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#alerts")).to_contain_text("You are signed out.")
    expect(page.locator("#id_body")).to_have_value("We come tomorrow.")
    expect(page.locator("#alerts a")).to_have_attribute("target", "_blank")

    # Signed in again, in another tab: another session, another token.
    page.context.clear_cookies()
    again = page_as("agent").context.cookies()
    assert again != signed_in
    page.context.add_cookies(again)  # type: ignore[arg-type]  # what one context keeps, the other takes
    page.context.add_cookies([{"name": "csrftoken", "value": "a" * 32, "url": page.url}])
    page.evaluate("document.querySelector('#signed-out').remove()")
    page.focus("#id_body")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#toasts")).to_contain_text("On its way.")
    assert matter.messages.filter(body="We come tomorrow.").count() == 1


@pytest.mark.parametrize("name", ["New", "Snooze"])
def test_a_double_click_sends_once(page_as: PageAs, matter: Interaction, name: str) -> None:
    page = page_as("agent")
    posts: list[str] = []
    page.on("request", lambda sent: posts.append(sent.url) if sent.method == "POST" else None)
    if name == "New":
        page.goto("/desk")
        page.fill("#log", "07700 900 318")
        page.select_option("[name=reason]", index=1)
        page.fill("[name=agreed]", "She called again.")
    else:
        page.goto(f"/interactions/{matter.public_id}")
        page.keyboard.press("s")
    page.get_by_role("button", name=name, exact=True).last.dblclick()

    expect(page.locator("#toasts")).not_to_be_empty()
    assert len([url for url in posts if url.endswith(("/log", "/snooze"))]) == 1


def test_everything_works_without_script(page_as: PageAs, matter: Interaction) -> None:
    page = page_as("agent", script=False)
    page.goto("/log")
    page.fill("[name=who]", "07700 900 318")
    page.select_option("[name=reason]", index=1)
    page.fill("[name=agreed]", "She called again.")
    page.click("#log-buttons button")
    expect(page.locator("h1")).to_have_text("She called again.")
    page.fill("[name=body]", "Noted.")
    page.check("[name=kind][value=note]", force=True)
    page.click("text=Send")

    expect(page.locator("#thread")).to_contain_text("Noted.")


def test_a_letter_is_taken_in_and_the_visit_about_it_goes_into_the_same_matter(
    page_as: PageAs,
) -> None:
    a_customer(name="Priya Nair", number="C-77")
    page = page_as("agent")
    page.goto("/desk")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/log/letter")
    page.fill("#id_who", "C-77")
    expect(page.locator("#log-caller")).to_contain_text("Priya Nair")
    page.select_option("[name=reason]", index=1)
    page.fill("[name=text]", "I object to the bill.")
    page.locator("#log-buttons button[type=submit]").first.click()
    page.wait_for_url("**/interactions/*")
    matter = Interaction.objects.get()

    page.goto("/log/visit")
    page.fill("#id_who", "C-77")
    expect(page.locator("#log-buttons")).to_contain_text(f"Add to {matter.reference}")
    page.select_option("[name=reason]", index=1)
    page.fill("[name=text]", "Here is the bill.")
    for name, said in (("answer", "A credit."), ("store", "Mill Lane"), ("ticket", "B7")):
        page.fill(f"[name={name}]", said)
    page.locator("#log-buttons button[type=submit]").first.click()
    page.wait_for_url("**/interactions/*")

    expect(page.locator("main")).to_contain_text("Mill Lane · B7")
    assert Interaction.objects.count() == 1


def test_two_subjects_of_one_contact_are_noted_and_settled_each_by_itself(
    page_as: PageAs, matter: Interaction
) -> None:
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    for subject in ("Bill of March", "Dead line"):
        page.keyboard.press("o")
        page.keyboard.press("s")
        page.fill("[name=subject-subject]", subject)
        page.keyboard.press("Enter")
        expect(page.locator("#subjects")).to_contain_text(subject)
    for outcome in ("explained", "referred"):
        one = page.locator("#subjects .body", has_text="What came of it").first
        one.locator("summary").click()
        one.locator("select").select_option(outcome)
        one.locator("button[type=submit]").click()
        page.wait_for_load_state()

    expect(page.locator("#subjects")).to_contain_text("Explained")
    expect(page.locator("#subjects")).to_contain_text("Referred")
