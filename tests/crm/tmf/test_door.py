"""The way in: tokens, scopes, limits, and the error body whatever the cause."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from crm.tmf import reading, token_views
from crm.tmf.authentication import forget_grants
from crm.tmf.clients import create_client, renew_secret
from crm.tmf.throttle import THROTTLE
from customers.models import Customer
from tests.crm.tmf.partners import CUSTOMER, INDIVIDUAL, Partner, a_body, a_partner
from tests.customers.factories import a_customer, a_user

pytestmark = pytest.mark.django_db


def a_token(client_id: str, secret: str, scope: str = "read write") -> Any:
    return Client().post(
        "/oauth2/token",
        {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            "scope": scope,
        },
    )


def test_client_credentials_give_a_token_that_works() -> None:
    user = a_user(role="partner", is_partner=True)
    client_id, secret = create_client("Portal", user)

    token = a_token(client_id, secret).json()["access_token"]
    answer = Client().get(CUSTOMER, headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()) == (200, [])


def test_wrong_or_renewed_secret_gives_no_token() -> None:
    client_id, secret = create_client("Portal", a_user(is_partner=True))
    renew_secret(client_id)

    assert a_token(client_id, secret).status_code == 401
    assert a_token(client_id, "wrong").status_code == 401


def test_guessing_secrets_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_views, "TRIES_A_MINUTE", 2)

    assert [a_token("who", "knows").status_code for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize(
    "path", ["/oauth2/authorize", "/oauth2/applications", "/oauth2/introspect", "/oauth2/"]
)
def test_nothing_else_of_the_oauth_toolkit_is_served(path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer \xff"]
)
def test_stranger_is_401_with_a_challenge(header: str) -> None:
    answer = Client().get(CUSTOMER, headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")
    assert answer.json()["status"] == "401"


def test_expired_token_and_inactive_account_are_401(partner: Partner) -> None:
    get_access_token_model().objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert partner.get(CUSTOMER).status_code == 401

    other = a_partner()
    other.user.is_active = False
    other.user.save()
    assert other.get(CUSTOMER).status_code == 401


def test_account_of_a_person_is_no_partner() -> None:
    person = a_partner()
    person.user.is_partner = False
    person.user.save()

    assert person.get(CUSTOMER).status_code == 401


def test_revoked_token_ends(partner: Partner) -> None:
    assert partner.get(CUSTOMER).status_code == 200
    get_access_token_model().objects.all().delete()
    forget_grants()

    assert partner.get(CUSTOMER).status_code == 401


def test_token_for_reading_writes_nothing() -> None:
    reader = a_partner(scope="read")
    writer = a_partner(scope="write")

    assert reader.post(CUSTOMER, a_body()).status_code == 403
    assert writer.get(CUSTOMER).status_code == 403
    assert reader.get(CUSTOMER).status_code == 200
    assert Customer.objects.count() == 0


def test_session_of_a_browser_is_no_token(partner: Partner) -> None:
    client = Client()
    client.force_login(a_user(role="agent"))

    assert client.get(CUSTOMER).status_code == 401


def test_calls_are_counted_and_then_refused(partner: Partner, settings: Any) -> None:
    settings.CRM_API_RATE_PER_MINUTE = 3

    answers = [partner.get(CUSTOMER) for _ in range(4)]
    THROTTLE.allowances.clear()
    other_worker = partner.get(CUSTOMER)

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["X-Rate-Limit-Remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert answers[3].headers["X-Rate-Limit-Limit"] == "3"
    assert 0 < int(answers[3].headers["Retry-After"]) <= 60
    assert answers[3].json()["status"] == "429"
    assert other_worker.status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/tmf-api", 404),
        ("GET", "/tmf-api/", 404),
        ("GET", "/tmf-api/customerManagement/v4/nothing", 404),
        ("GET", "/tmf-api/customerManagement/v9/customer", 404),
        ("GET", f"{CUSTOMER}/not-an-id", 404),
        ("GET", f"{CUSTOMER}/01a1fbc9-894f-7d35-b932-ed0df899e11f", 404),
        ("GET", "/api/nothing", 404),
        ("PUT", CUSTOMER, 405),
        ("DELETE", CUSTOMER, 405),
        ("POST", f"{CUSTOMER}/01a1fbc9-894f-7d35-b932-ed0df899e11f", 405),
        ("TRACE", CUSTOMER, 405),
        ("GET", "/tmf-api/customerManagement/v4/hub", 405),
        ("POST", "/api/openapi.json", 405),
    ],
)
def test_wrong_address_or_method_has_the_error_body(
    method: str, path: str, status: int, partner: Partner
) -> None:
    answer = partner.call(method, path)

    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/json")
    assert {"code", "reason", "status", "@type"} <= answer.json().keys()
    assert ("Allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (CUSTOMER, "GET, HEAD, OPTIONS, POST"),
        (f"{CUSTOMER}/01a1fbc9-894f-7d35-b932-ed0df899e11f", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/tmf-api/customerManagement/v4/hub", "POST, OPTIONS"),
        ("/tmf-api/customerManagement/v4/hub/x", "DELETE, OPTIONS"),
    ],
)
def test_partner_may_ask_what_can_be_done(path: str, allowed: str, partner: Partner) -> None:
    answer = partner.call("OPTIONS", path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Allow"] == allowed
    assert Client().options(path).status_code == 401


@pytest.mark.parametrize("path", [CUSTOMER, "/tmf-api/party/v4/hub"])
def test_accept_that_cannot_be_met_is_answered_in_json(path: str, partner: Partner) -> None:
    heard = partner.post(path, {}, Accept="text/xml")

    assert heard.status_code == 400
    assert heard.json()["@type"] == "Error"


@pytest.mark.parametrize("path", [CUSTOMER, "/tmf-api/party/v4/hub"])
@pytest.mark.parametrize(
    ("kind", "packing"),
    [("application/json", "gzip"), ("application/json; charset=utf-16", "identity")],
)
def test_packed_body_and_foreign_letters_are_415(
    kind: str, packing: str, path: str, partner: Partner
) -> None:
    heard = partner.call("POST", path, {}, Content_Type=kind, Content_Encoding=packing)

    assert (heard.status_code, heard.json()["code"]) == (415, "unsupported-encoding")


@pytest.mark.parametrize(
    ("_case", "body", "status"),
    [
        ("empty", b"", 400),
        ("cut off", b'{"name": ', 400),
        ("not utf-8", b'{"name": "\xff"}', 400),
        ("NUL", b'{"name": "a\\u0000b", "engagedParty": {"id": "1"}}', 400),
        ("lone surrogate", b'{"name": "\\ud800", "engagedParty": {"id": "1"}}', 400),
        ("NaN", b'{"name": NaN}', 400),
        ("infinite", b'{"name": "x", "engagedParty": {"id": "1"}, "y": 1e999}', 400),
        ("deep", b"[" * 100_000 + b"]" * 100_000, 400),
        (
            "rather deep",
            b'{"name":"x","engagedParty":{"id":"1"},"y":' + b"[" * 60 + b"]" * 60 + b"}",
            400,
        ),
        ("too large", b'{"name": "' + b"x" * 3_000_000 + b'"}', 413),
    ],
)
@pytest.mark.parametrize("path", [CUSTOMER, "/tmf-api/party/v4/hub"])
def test_body_that_cannot_be_kept_is_refused(
    _case: str, body: bytes, status: int, path: str, partner: Partner
) -> None:
    answer = partner.call("POST", path, body)

    assert answer.status_code == status
    assert answer.json()["@type"] == "Error"
    assert Customer.objects.count() == 0


@pytest.mark.parametrize(
    ("_case", "body", "said"),
    [
        ("broken off", b'{"name":\n"x"', "line 2, column 4"),
        ("half a character", b'{"name": "\\ud800"}', "surrogate"),
        ("nothing", b"", "The body is empty"),
        ("null", b"null", "body: must be an object."),
        ("a list", b"[]", "body: must be an object."),
    ],
)
def test_body_that_cannot_be_read_says_where_and_why(
    _case: str, body: bytes, said: str, partner: Partner
) -> None:
    assert said in partner.call("POST", CUSTOMER, body).json()["message"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
@pytest.mark.parametrize("path", [CUSTOMER, "/tmf-api/party/v4/hub"])
def test_body_of_another_type_is_415(kind: str, path: str, partner: Partner) -> None:
    answer = partner.call("POST", path, b"{}", Content_Type=kind)

    assert (answer.status_code, answer.json()["status"]) == (415, "415")


def test_failure_of_ours_tells_nothing_of_our_insides(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_more: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(reading, "page", fail)
    answer = partner.get(CUSTOMER)

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert b"secret" not in answer.content


def test_database_that_is_away_is_503(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_more: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(reading, "page", fail)

    assert partner.get(CUSTOMER).status_code == 503


def test_unknown_host_has_the_error_body(partner: Partner) -> None:
    answer = partner.call("GET", CUSTOMER, Host="evil.example")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


def test_request_id_is_the_callers_own_when_sane(partner: Partner) -> None:
    own = partner.get(CUSTOMER, X_Request_ID="call-7")
    bad = partner.get(CUSTOMER, X_Request_ID="a b\tc")

    assert own.headers["X-Request-ID"] == "call-7"
    assert len(bad.headers["X-Request-ID"]) == 36


def test_head_is_a_get_without_a_body(partner: Partner) -> None:
    a_customer()

    answer = partner.call("HEAD", CUSTOMER)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["X-Total-Count"] == "1"


def test_same_key_and_call_happen_once(partner: Partner) -> None:
    answers = [partner.post(CUSTOMER, a_body(), Idempotency_Key="k-1") for _ in range(3)]

    assert {one.content for one in answers} == {answers[0].content}
    assert [one.headers.get("Idempotent-Replayed") for one in answers] == [None, "true", "true"]
    assert answers[1].headers["Location"] == answers[0].headers["Location"]
    assert Customer.objects.count() == 1


def test_same_key_with_another_call_is_422(partner: Partner) -> None:
    partner.post(CUSTOMER, a_body(), Idempotency_Key="k-1")

    other_body = partner.post(CUSTOMER, a_body(name="Other"), Idempotency_Key="k-1")
    other_path = partner.post(
        INDIVIDUAL, {"givenName": "a", "familyName": "b"}, Idempotency_Key="k-1"
    )

    assert (other_body.status_code, other_path.status_code) == (422, 422)
    assert Customer.objects.count() == 1


def test_same_key_while_the_first_call_runs_is_409(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner: list[Any] = []
    original = reading.unseen

    def meanwhile(*args: Any, **more: Any) -> Any:
        if not inner:
            inner.append(None)
            inner[0] = partner.post(CUSTOMER, a_body(), Idempotency_Key="k-1")
        return original(*args, **more)

    monkeypatch.setattr(reading, "unseen", meanwhile)
    outer = partner.post(CUSTOMER, a_body(), Idempotency_Key="k-1")

    assert (outer.status_code, inner[0].status_code) == (201, 409)
    assert Customer.objects.count() == 1


def test_key_of_a_refused_call_is_free_again(partner: Partner) -> None:
    assert partner.post(CUSTOMER, {"name": ""}, Idempotency_Key="k-1").status_code == 400

    assert partner.post(CUSTOMER, a_body(), Idempotency_Key="k-1").status_code == 201


def test_keys_of_two_clients_do_not_meet(partner: Partner) -> None:
    other = a_partner()

    answers = [one.post(CUSTOMER, a_body(), Idempotency_Key="k-1") for one in (partner, other)]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_documents_are_served_to_everybody() -> None:
    for path in ("/api/openapi.json", "/tmf-api/party/v4/openapi.json"):
        answer = Client().get(path)
        assert answer.status_code == 200
        assert orjson.loads(answer.content)["openapi"].startswith("3.0")


def test_page_for_developers_names_every_api() -> None:
    page = Client().get("/api/docs")

    assert page.status_code == 200
    for words in (b"TMF629", b"TMF632", b"TMF683", b"CustomerCreateEvent", b"/oauth2/token"):
        assert words in page.content
    assert b"<script" not in page.content
