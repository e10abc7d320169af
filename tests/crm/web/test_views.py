from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from crm.accounts.models import User
from tests.crm.web.factories import a_client, a_user

pytestmark = pytest.mark.django_db
TEMPLATES = Path(__file__).parents[3] / "templates"
HTMX = {"HX-Request": "true"}
PAGES = ["/search", "/search?q=pref", "/shortcuts", "/menu", "/notices", "/preferences"]


@pytest.mark.parametrize("path", [*PAGES, "/notices/bell", "/preferences/password"])
def test_page_stands_in_the_frame(path: str) -> None:
    answer = a_client(a_user()).get(path)

    assert answer.status_code == 200
    assert b'id="main"' in answer.content


@pytest.mark.parametrize("path", ["/search", "/shortcuts", "/notices/bell"])
def test_fragment_comes_without_the_frame(path: str) -> None:
    answer = a_client(a_user()).get(path, headers=HTMX)

    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("path", ["/", *PAGES, "/notices/bell", "/notices/read", "/styleguide"])
def test_stranger_is_sent_to_the_door(path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code in {302, 405}
    if answer.status_code == 302:
        assert answer["Location"].startswith("/login?next=")


def test_style_guide_opens_only_while_developing(settings: Settings) -> None:
    client = a_client(a_user())

    assert client.get("/styleguide").status_code == 404
    settings.DEBUG = True
    assert client.get("/styleguide").status_code == 200


def test_style_guide_shows_every_component(settings: Settings) -> None:
    settings.DEBUG = True
    page = (TEMPLATES / "crm/styleguide.html").read_text(encoding="utf-8")
    panel = (TEMPLATES / "crm/_styleguide_panel.html").read_text(encoding="utf-8")
    components = {
        str(path.relative_to(TEMPLATES / "cotton").with_suffix(""))
        .replace("/", ".")
        .replace("_", "-")
        for path in (TEMPLATES / "cotton").rglob("*.html")
    }

    # The table under a chart comes with the chart.
    unseen = {name for name in components if f"<c-{name}" not in page + panel} - {"chart.table"}

    assert unseen == set()


def test_style_guide_has_a_panel_that_comes_by_itself_and_undoes_nothing(
    settings: Settings,
) -> None:
    settings.DEBUG = True
    client = a_client(a_user())

    assert b"<html" not in client.get("/styleguide?part=panel").content
    assert client.post("/styleguide").headers["Location"] == "/styleguide"


def test_preferences_are_kept_and_hold_at_once() -> None:
    user = a_user()

    answer = a_client(user).post(
        "/preferences", {"language": "en", "time_zone": "Europe/Berlin"}, follow=True
    )

    kept = User.objects.get(pk=user.pk)
    assert (kept.language, kept.time_zone, kept.single_keys) == ("en", "Europe/Berlin", False)
    assert b'data-single-keys="off"' in answer.content


def test_wrong_preference_is_told_beside_its_field() -> None:
    answer = a_client(a_user()).post("/preferences", {"language": "xx", "time_zone": "Mars/One"})

    assert answer.status_code == 422
    assert b'aria-describedby="id_language_error"' in answer.content


def test_no_page_carries_inline_script_or_style(settings: Settings) -> None:
    settings.DEBUG = True
    client = a_client(a_user())

    for path in [*PAGES, "/styleguide"]:
        html = client.get(path).content.decode()
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<script>" not in html


def test_content_policy_allows_our_own_files_only() -> None:
    policy = Client().get("/login")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_missing_page_offers_a_way_on() -> None:
    answer = a_client(a_user()).get("/nothing-here")

    assert answer.status_code == 404
    assert b"To my desk" in answer.content


def test_form_without_token_is_refused_kindly() -> None:
    answer = Client(enforce_csrf_checks=True).post("/login", {"username": "a", "password": "b"})

    assert answer.status_code == 403
    assert b"This form is too old" in answer.content


def test_sign_out_needs_a_post() -> None:
    client = a_client(a_user())

    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 302
    assert client.get("/menu").status_code == 302


def test_frame_asks_the_database_little(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = a_client(a_user())
    client.get("/notices")

    # Her session, the user, what she may do (roles and own), her teams, her bell.
    with django_assert_max_num_queries(6):
        client.get("/shortcuts")
