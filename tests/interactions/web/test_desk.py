"""The desk: what is due next, whose it is, and how it is handed on."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.accounts.names import forget_names
from crm.audit.models import Access
from interactions.models import Interaction
from interactions.processes.track_interaction.foreseeing import forget_paces
from interactions.processes.update_interaction import add_message, assign
from readiness.registry.resolve import forget_snapshot
from tests.customers.factories import a_customer, a_user
from tests.interactions.factories import a_worker, an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def _subjects(client: Client, query: str = "tab=all") -> list[str]:
    return [row.interaction.subject for row in client.get(f"/desk?{query}").context["rows"]]


def test_queue_is_sorted_by_what_is_due_next() -> None:
    client, _user = a_desk()
    an_interaction(subject="fresh")
    an_interaction(subject="late", ago=timedelta(hours=3))
    an_interaction(subject="soon", ago=timedelta(minutes=50))

    assert _subjects(client) == ["late", "soon", "fresh"]


def test_tabs_count_whose_work_it_is() -> None:
    client, user = a_desk()
    an_interaction(owner_id=user.pk)
    for _each in range(2):
        an_interaction()

    tabs = client.get("/desk").context["tabs"]

    assert {tab["label"]: tab["count"] for tab in tabs} == {
        "Mine": 1, "Unassigned": 2, "Team": 0, "All": 3, "At risk": 0, "Awaiting customer": 0,
    }  # fmt: skip
    assert _subjects(client, "") == ["Internet is slow"]


def test_pages_follow_each_other_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions.web.queue.PAGE", 2)
    client, _user = a_desk()
    for minutes in range(5):
        an_interaction(subject=str(minutes), ago=timedelta(minutes=minutes))

    seen, after = [], ""
    while True:
        context = client.get("/desk", {"tab": "all", "after": after}).context
        seen += [row.interaction.subject for row in context["rows"]]
        after = context["older"]
        if not after:
            break

    assert seen == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("_case", "query", "found"),
    [
        ("late", "need=late", ["late"]),
        ("not told", "need=untold", ["late"]),
        ("by channel", "channel=web", ["web"]),
        ("nonsense is left out", "need=x&channel=y&after=z~~", ["late", "web"]),
    ],
)
def test_filters_stand_in_the_address(_case: str, query: str, found: list[str]) -> None:
    client, _user = a_desk()
    an_interaction(subject="late", ago=timedelta(hours=2))
    an_interaction(subject="web", channel="web")

    assert _subjects(client, f"tab=all&{query}") == found


def _remember_nothing() -> None:
    """What is kept for seconds is read afresh, however long a slow machine takes in between."""
    cache.clear()
    forget_snapshot()
    forget_paces()


def test_a_list_costs_the_same_however_long_it_is() -> None:
    client, _user = a_desk()
    for _each in range(2):
        an_interaction(customer=a_customer(care_note="Alarm on the line"))
    client.get("/desk?tab=all")
    _remember_nothing()
    with CaptureQueriesContext(connection) as few:
        client.get("/desk?tab=all")
    for _each in range(10):
        an_interaction(customer=a_customer(care_note="Alarm on the line"))
    _remember_nothing()
    with CaptureQueriesContext(connection) as many:
        client.get("/desk?tab=all")

    assert len(many) == len(few)
    # The last one asks which promises are in doubt.
    assert len(few) <= 41


def test_take_next_takes_the_most_urgent_without_an_owner() -> None:
    client, user = a_desk()
    an_interaction(subject="fresh")
    urgent = an_interaction(subject="late", ago=timedelta(hours=3))

    answer = client.post("/desk/take-next")

    urgent.refresh_from_db()
    assert answer["Location"] == f"/interactions/{urgent.public_id}"
    assert urgent.owner_id == user.pk


def test_taking_can_be_undone() -> None:
    client, _user = a_desk()
    one = an_interaction()
    client.post("/desk/take-next")

    client.post(f"/desk/{one.pk}/give-back")

    one.refresh_from_db()
    assert one.owner_id is None


def test_the_bar_of_selected_rows_names_who_is_there_now() -> None:
    client, user = a_desk()
    an_interaction(owner_id=user.pk)
    before = client.get("/desk").content.decode()
    a_user(first_name="Zora", last_name="Late")
    forget_names()

    after = client.get("/desk").content.decode()

    assert "Zora Late" not in before
    assert "Zora Late" in after


def test_a_colleague_who_came_after_the_list_was_read_can_be_given_work() -> None:
    client, user = a_desk()
    one = an_interaction(owner_id=user.pk)
    client.get("/desk")
    _other, colleague = a_desk(username="late.comer")

    client.post("/desk/batch", {"pick": [one.pk], "owner": colleague.pk})

    one.refresh_from_db()
    assert one.owner_id == colleague.pk


def test_selected_rows_go_to_a_colleague() -> None:
    client, _user = a_desk()
    _other, colleague = a_desk()
    chosen = [an_interaction() for _each in range(2)]
    left = an_interaction()

    client.post("/desk/batch", {"pick": [one.pk for one in chosen], "owner": colleague.pk})

    assert set(Interaction.objects.filter(owner=colleague)) == set(chosen)
    left.refresh_from_db()
    assert left.owner_id is None


def test_new_rows_are_announced_and_do_not_push() -> None:
    client, _user = a_desk()
    since = (timezone.now() - timedelta(seconds=5)).isoformat()
    quiet = client.get("/desk/news", {"tab": "unassigned", "since": timezone.now().isoformat()})

    an_interaction()
    told = client.get("/desk/news", {"tab": "unassigned", "since": since})

    assert quiet.context["new"] == 0
    assert told.context["new"] == 1


def test_unchanged_news_cost_no_body() -> None:
    client, _user = a_desk()
    query = {"tab": "mine", "since": timezone.now().isoformat()}
    first = client.get("/desk/news", query, headers={"HX-Request": "true"})

    again = client.get(
        "/desk/news", query, headers={"HX-Request": "true", "If-None-Match": first["ETag"]}
    )

    assert again.status_code == 304


def _shown(client: Client, query: str) -> str:
    rows = client.get(f"/desk?{query}").context["rows"]
    return ",".join(f"{row.interaction.pk}.{row.mark}" for row in rows)


def test_news_bring_the_rows_that_changed_and_no_others() -> None:
    client, user = a_desk()
    one, other, _still = (an_interaction(owner_id=user.pk) for _each in range(3))
    shown = _shown(client, "tab=mine")
    calm = client.get("/desk/news", {"tab": "mine", "shown": shown})
    add_message(interaction_id=one.pk, body="We look.", channel="phone", actor=a_worker())
    assign(interaction_id=other.pk, owner_id=None, actor=a_worker())

    told = client.get("/desk/news", {"tab": "mine", "shown": shown}).context

    assert (calm.context["rows"], calm.context["said"]) == ([], "")
    assert {row.interaction.pk: row.gone for row in told["rows"]} == {one.pk: False, other.pk: True}
    assert told["said"] == (f"{one.reference}: In progress. {other.reference}: left this list.")


def test_news_of_many_rows_are_counted_and_not_read_out() -> None:
    client, user = a_desk()
    some = [an_interaction(owner_id=user.pk) for _each in range(4)]
    shown = _shown(client, "tab=mine")
    for one in some:
        assign(interaction_id=one.pk, owner_id=None, actor=a_worker())

    assert client.get("/desk/news", {"shown": shown}).context["said"] == (
        "4 rows of the queue changed."
    )


def test_a_row_that_may_no_longer_be_seen_tells_nothing_of_itself() -> None:
    client, user = a_desk()
    one = an_interaction(owner_id=user.pk, subject="Secret now")
    shown = _shown(client, "tab=mine")
    Interaction.objects.filter(pk=one.pk).update(removed_at=timezone.now())

    told = client.get("/desk/news", {"shown": shown}, headers={"HX-Request": "true"})
    again = client.get("/desk/news", {"shown": f"{one.pk}.lost"})

    assert "Secret now" not in told.content.decode()
    assert told.context["lost"] == [one.pk]
    assert again.context["lost"] == []


def test_more_rows_ask_no_more_questions_for_their_news() -> None:
    client, user = a_desk()
    asked = []
    for _each in range(2):
        an_interaction(owner_id=user.pk)
        shown = _shown(client, "tab=mine")
        with CaptureQueriesContext(connection) as told:
            client.get("/desk/news", {"shown": shown})
        asked.append(len(told))

    assert asked[0] == asked[1]


@pytest.mark.parametrize("shown", ["x", "1", "1.2.3,,", ",".join(f"{n}.a" for n in range(900))])
def test_nonsense_about_what_is_shown_is_left_out(shown: str) -> None:
    client, _user = a_desk()

    assert client.get("/desk/news", {"shown": shown}).status_code == 200


def test_looking_at_the_queue_is_recorded() -> None:
    client, user = a_desk()
    one = an_interaction()

    client.get("/desk?tab=all")

    seen = Access.objects.filter(actor_id=user.pk, subject="customer").latest("pk")
    assert seen.subject_ids == [one.customer_id]


def test_nothing_due_says_so_and_names_the_next_step() -> None:
    client, _user = a_desk()
    an_interaction()

    html = client.get("/desk").content.decode()

    assert "Nothing is due from you" in html
    assert "1 contact waits for an owner." in html


def test_without_the_right_the_desk_stays_shut() -> None:
    client, _user = a_desk(role="")

    assert client.get("/desk").status_code == 403
    assert client.post("/desk/batch", {"pick": ["1"], "owner": ""}).status_code == 403


def test_names_are_hidden_from_who_may_not_see_people() -> None:
    client, _user = a_desk(role="auditor")
    an_interaction(customer=a_customer(name="Amara Okonjo", care_note="Alarm"))

    html = client.get("/desk?tab=all").content.decode()

    assert "Amara" not in html
    assert "Alarm" not in html
