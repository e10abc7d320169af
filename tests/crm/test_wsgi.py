"""What the web server hands over reaches Django whole."""

from io import BytesIO
from typing import Any

import orjson
import pytest
from django.conf import settings

from crm.wsgi import application
from tests.crm.tmf.partners import CUSTOMER, Partner, a_body, a_partner

# The handler closes old connections around a request, which a test inside a transaction would lose.
pytestmark = pytest.mark.django_db(transaction=True)


def sent_in_chunks(body: bytes, partner: Partner) -> tuple[str, dict[str, Any]]:
    """A POST as gunicorn hands it over: the chunks joined, and no length."""
    heard: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": CUSTOMER,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "HTTP_AUTHORIZATION": f"Bearer {partner.token}",
    }
    answer = b"".join(application(environ, lambda status, _headers: heard.append(status)))
    return heard[0], orjson.loads(answer)


def test_body_in_chunks_is_read() -> None:
    status, made = sent_in_chunks(orjson.dumps(a_body(name="Heron")), a_partner())

    assert (status, made["name"]) == ("201 Created", "Heron")


def test_body_in_chunks_is_bounded_like_any_other() -> None:
    long = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 10)

    status, refused = sent_in_chunks(b'{"name": "' + long + b'"}', a_partner())

    assert (status[:3], refused["code"]) == ("413", "too-large")
