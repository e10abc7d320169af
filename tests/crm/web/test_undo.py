import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpRequest

from crm.web.undo import say, say_with_undo, undo_url_of


@pytest.fixture
def request_with_session() -> HttpRequest:
    request = HttpRequest()
    request.session = SessionStore()
    request._messages = SessionStorage(request)  # type: ignore[attr-defined]  # as its middleware does
    return request


def test_toast_carries_its_undo_address(request_with_session: HttpRequest) -> None:
    say_with_undo(request_with_session, "Snoozed", undo_url="/interactions/7/unsnooze")
    say(request_with_session, "Kept")

    addresses = [undo_url_of(one) for one in get_messages(request_with_session)]

    assert addresses == ["/interactions/7/unsnooze", ""]


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "undo"])
def test_address_elsewhere_is_refused(request_with_session: HttpRequest, url: str) -> None:
    with pytest.raises(ValueError, match="not a path on this site"):
        say_with_undo(request_with_session, "Snoozed", undo_url=url)
