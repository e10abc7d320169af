"""A partner system at work: a token, three APIs, and a listener that was down at first."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from crm.celery import app
from crm.tmf.models import HubDelivery
from crm.tmf.tasks import tell_listeners
from tests.crm.tmf.listeners import a_listener
from tests.crm.tmf.partners import CUSTOMER, INDIVIDUAL, INTERACTION, ORGANIZATION, a_body
from tests.e2e.house import House
from tests.e2e.partner import PartnerSystem, a_partner_system
from tests.interactions.workers import wait_for

pytestmark = [pytest.mark.enable_socket, pytest.mark.django_db(transaction=True)]

HUB = "/tmf-api/customerManagement/v4/hub"
TELL = tell_listeners.name
JSON, CSV = {"Content-Type": "application/json"}, {"Content-Type": "text/csv"}
PERSON = {"givenName": "Jane", "familyName": "Doe"}
COMPANY = {"tradingName": "Quiet Networks", "isLegalEntity": True}
CONTACT = {
    "channel": [{"id": "phone", "name": "Phone"}],
    "direction": "inbound",
    "reason": "Slow internet",
}


@pytest.fixture(scope="module")
def partner(house: House) -> Iterator[PartnerSystem]:
    system = a_partner_system(house.url)
    with system.http:
        yield system


def test_without_a_token_nothing_is_told(house: House) -> None:
    answer = requests.get(f"{house.url}{CUSTOMER}", timeout=20)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert {"code", "reason"} <= answer.json().keys()


@pytest.mark.req("R-CIM-5")
@pytest.mark.parametrize(
    ("path", "body", "change"),
    [
        (CUSTOMER, a_body(), {"name": "Priya Nair-Hall"}),
        (INDIVIDUAL, PERSON, {"familyName": "Roe"}),
        (ORGANIZATION, COMPANY, {"tradingName": "Loud Networks"}),
    ],
)
def test_a_record_is_made_once_read_changed_and_removed(
    partner: PartnerSystem, path: str, body: dict[str, Any], change: dict[str, Any]
) -> None:
    key = f"once-{path}"
    made = partner.post(path, body, **{"Idempotency-Key": key})
    again = partner.post(path, body, **{"Idempotency-Key": key})
    assert (made.status_code, again.status_code) == (201, 201), made.text
    assert made.json() == again.json()
    href = made.headers["Location"]

    read = partner.get(href)
    changed = partner.patch(href, change, **{"If-Match": read.headers["ETag"]})
    late = partner.patch(href, change, **{"If-Match": read.headers["ETag"]})
    assert (changed.status_code, late.status_code) == (200, 412), changed.text
    assert changed.json().items() >= change.items()
    assert partner.get(href).headers["ETag"] != read.headers["ETag"]

    assert partner.call("DELETE", href).status_code == 204
    assert partner.get(href).status_code == 404


@pytest.mark.req("R-TMI-4")
def test_a_contact_is_reported_and_moved_on(partner: PartnerSystem) -> None:
    made = partner.post(INTERACTION, CONTACT)
    assert made.status_code == 201, made.text

    changed = partner.patch(made.headers["Location"], {"status": "inProgress"})

    assert changed.status_code == 200, changed.text
    assert partner.get(made.headers["Location"]).json() == changed.json()


def test_a_list_is_filtered_sorted_paged_and_cut_to_fields(partner: PartnerSystem) -> None:
    for name in ("Heron", "Wren", "Crane", "Stork"):
        assert partner.post(CUSTOMER, a_body(name=name)).status_code == 201

    asked = {"name.gte": "D", "sort": "-name", "fields": "name"}
    whole = partner.get(CUSTOMER, **asked)
    second = partner.get(CUSTOMER, **asked, limit="1", offset="1")

    assert [one["name"] for one in whole.json()] == ["Wren", "Stork", "Heron"]
    assert [one["name"] for one in second.json()] == ["Stork"]
    assert (second.headers["X-Total-Count"], second.headers["X-Result-Count"]) == ("3", "1")
    assert second.links.keys() >= {"first", "prev", "next", "last"}
    assert whole.json()[0].keys() <= {"id", "href", "name", "@type"}


@pytest.mark.req("R-BCI-16")
def test_a_listener_that_was_down_hears_of_a_new_customer_signed(partner: PartnerSystem) -> None:
    with a_listener() as unborn:
        url, port = unborn.url, int(unborn.url.split(":")[2].split("/")[0])
    registered = partner.post(HUB, {"callback": url})
    assert registered.status_code == 201, registered.text
    made = partner.post(CUSTOMER, a_body(name="Egret")).json()

    wait_for(lambda: HubDelivery.objects.filter(attempts__gte=1).exists(), asking=TELL)
    with a_listener(port) as heard:
        wait_for(lambda: heard.calls, asking=TELL)
        wait_for(lambda: HubDelivery.objects.exclude(delivered_at=None).exists())
        app.send_task(TELL)
        event = heard.verified(registered.json()["secret"])

    assert heard.types() == ["CustomerCreateEvent"]
    assert event["event"]["customer"]["id"] == made["id"]
    assert partner.get(event["href"]).json()["name"] == "Egret"
    with pytest.raises(Exception, match="signature"):
        Webhook("whsec_" + "A" * 43 + "=").verify(heard.calls[0][1], heard.calls[0][0])


@pytest.mark.parametrize(
    ("_case", "method", "path", "options", "status"),
    [
        ("not there", "GET", f"{CUSTOMER}/none", {}, 404),
        ("no such address", "GET", "/tmf-api/customerManagement/v4/shoes", {}, 404),
        ("no JSON", "POST", CUSTOMER, {"data": "{", "headers": JSON}, 400),
        ("lacks what it needs", "POST", CUSTOMER, {"json": {}}, 400),
        ("unknown attribute", "GET", f"{CUSTOMER}?shoes=1", {}, 400),
        ("method", "PUT", CUSTOMER, {"json": {}}, 405),
        ("media type", "POST", CUSTOMER, {"data": "a,b", "headers": CSV}, 415),
    ],
)  # fmt: skip
def test_every_error_has_the_body_of_the_specification(
    partner: PartnerSystem, _case: str, method: str, path: str, options: Any, status: int
) -> None:
    answer = partner.call(method, path, **options)

    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    assert {"code", "reason", "status"} <= answer.json().keys()


def test_the_served_description_names_what_was_used(partner: PartnerSystem) -> None:
    paths = partner.get("/api/openapi.json").json()["paths"]

    for path in (CUSTOMER, INDIVIDUAL, ORGANIZATION):
        assert {"get", "post"} <= paths[path].keys()
        assert {"get", "patch", "delete"} <= paths[f"{path}/{{id}}"].keys()
    assert "delete" not in paths[f"{INTERACTION}/{{id}}"]
