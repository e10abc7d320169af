from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.functional import lazy

from crm.web import times
from crm.web.models import AgentNotice
from crm.web.notices import bell, mark_read, notify
from tests.architecture.growth import assert_steady
from tests.crm.web.factories import a_client, a_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def _tell(*user_ids: int, key: str = "breach:1", level: str = "bad") -> int:
    return notify(user_ids, level=level, title="INT-118 204 is late", dedupe_key=key, url="/x")


def test_same_cause_is_told_once_to_each() -> None:
    ellie, priya = a_user("ellie"), a_user("priya")

    told = [_tell(ellie.pk), _tell(ellie.pk, priya.pk), _tell(ellie.pk, priya.pk)]

    assert told == [1, 1, 0]
    assert AgentNotice.objects.count() == 2


def test_people_who_left_are_not_told() -> None:
    gone = a_user("gone", is_active=False)

    assert _tell(gone.pk) == 0


def test_bell_counts_what_is_unread() -> None:
    ellie = a_user()
    _tell(ellie.pk)
    _tell(ellie.pk, key="breach:2")

    assert bell(ellie.pk).unread == 2
    mark_read(ellie.pk, [bell(ellie.pk).newest])
    assert bell(ellie.pk).unread == 1
    mark_read(ellie.pk)
    assert bell(ellie.pk) == type(bell(ellie.pk))(unread=0, newest=0)


def test_unchanged_bell_answers_304() -> None:
    ellie = a_user()
    client = a_client(ellie)
    first = client.get("/notices/bell?after=0", headers=HTMX)

    again = client.get("/notices/bell?after=0", headers={**HTMX, "If-None-Match": first["ETag"]})
    _tell(ellie.pk)
    changed = client.get("/notices/bell?after=0", headers={**HTMX, "If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)


def test_new_breach_rides_along_as_an_alert() -> None:
    ellie = a_user()
    _tell(ellie.pk)

    html = a_client(ellie).get("/notices/bell?after=0", headers=HTMX).content.decode()

    assert 'id="alerts" hx-swap-oob="beforeend"' in html
    assert "INT-118 204 is late" in html
    assert "Notices, 1 new" in html


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30, "²"])
def test_nonsense_in_the_address_tells_nothing_new(after: str) -> None:
    ellie = a_user()
    _tell(ellie.pk)

    answer = a_client(ellie).get("/notices/bell", {"after": after}, headers=HTMX)

    assert answer.status_code == 200
    assert b"hx-swap-oob" not in answer.content


def test_one_reads_only_ones_own() -> None:
    ellie, priya = a_user("ellie"), a_user("priya")
    _tell(ellie.pk, priya.pk)

    client: Client = a_client(ellie)
    client.post("/notices/read")

    assert bell(ellie.pk).unread == 0
    assert bell(priya.pk).unread == 1


def test_notices_are_steady_in_their_number() -> None:
    ellie = a_user("ellie")
    client = Client()
    client.force_login(ellie)
    _tell(ellie.pk)

    def more() -> None:
        for number in range(5):
            _tell(ellie.pk, key=f"more:{number}")

    assert_steady(client, "/notices", more)


def test_a_moment_is_told_in_the_zone_of_who_reads_it() -> None:
    far = a_user("far", time_zone="America/New_York")
    moment = datetime(timezone.now().year, 7, 1, 12, 0, tzinfo=UTC)

    notify(
        [far.pk],
        level="warn",
        title="INT-1",
        body=lazy(times.instant_full, str)(moment),
        dedupe_key="zone:1",
    )

    assert AgentNotice.objects.get().body.endswith("1 Jul 08:00")
