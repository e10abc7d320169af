"""The duty watch on the screen."""

import pytest

from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def test_what_lags_is_told_with_what_to_do() -> None:
    client, _user = a_desk(role="team-lead")

    page = client.get("/watch")

    assert page.context["well"] is False
    assert "Start the timer (celery beat)." in page.content.decode()


def test_the_watch_is_for_leads() -> None:
    client, _user = a_desk(role="agent")

    assert client.get("/watch").status_code == 403
