"""Our answers against the published v4 files of the TM Forum, where those are at hand."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft4Validator

from tests.crm.tmf.partners import CUSTOMER, INDIVIDUAL, INTERACTION, ORGANIZATION, Partner, a_body
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, governed

FILES = Path(__file__).parents[3] / "shared" / "tmf"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not FILES.is_dir(), reason="../shared/tmf with the published files is absent"
    ),
]
PERSON = {
    "givenName": "Jane",
    "familyName": "Doe",
    "birthDate": "1967-09-26",
    "status": "validated",
    "contactMedium": [
        {
            "mediumType": "email",
            "preferred": True,
            "characteristic": {"emailAddress": "jane@doe.example"},
        }
    ],
}
COMPANY = {"tradingName": "Quiet Networks", "isLegalEntity": True, "status": "initialized"}
CONTACT = {
    "channel": [{"id": "phone", "href": "https://p.example/channel/phone", "name": "Phone"}],
    "direction": "inbound",
    "reason": "Slow internet",
    "interactionDate": {"startDateTime": "2020-09-23T16:42:23Z"},
    "note": [{"id": "1", "text": "Called twice"}],
}
TICKET = "/tmf-api/troubleTicket/v4/troubleTicket"
FAULT = {
    "description": "No light on the fibre",
    "severity": "major",
    "ticketType": "fault",
    "status": "acknowledged",
    "note": [{"id": "1", "text": "Dug up", "author": "Ana"}],
}
MESSAGE = "/tmf-api/communicationManagement/v4/communicationMessage"
NEWS = {
    "content": "We dig on Friday.",
    "receiver": [{"email": "priya@example.org"}],
    "sender": {"name": "Network operations"},
    "messageType": "Email",
    "tryTimes": 1,
}
CASES = [
    (
        "TMF629-CustomerManagement",
        "Customer",
        CUSTOMER,
        a_body(validFor={"startDateTime": "2020-01-01T00:00:00Z"}),
    ),
    ("TMF632-PartyManagement", "Individual", INDIVIDUAL, PERSON),
    ("TMF632-PartyManagement", "Organization", ORGANIZATION, COMPANY),
    ("TMF683-PartyInteraction", "PartyInteraction", INTERACTION, CONTACT),
    ("TMF621-TroubleTicket", "TroubleTicket", TICKET, FAULT),
    ("TMF681-Communication", "CommunicationMessage", MESSAGE, NEWS),
]


def published(name: str) -> Any:
    return json.loads((FILES / f"{name}-v4.0.0.swagger.json").read_text(encoding="utf-8"))


def validator(name: str, definition: str) -> Draft4Validator:
    definitions = published(name)["definitions"]
    return Draft4Validator({"definitions": definitions, "$ref": f"#/definitions/{definition}"})


@pytest.fixture(autouse=True)
def _in_use(db: None) -> None:
    governed()


@pytest.mark.parametrize(("file", "definition", "path", "body"), CASES)
def test_answers_have_the_published_shape(
    file: str, definition: str, path: str, body: dict[str, Any], partner: Partner
) -> None:
    shape = validator(file, definition)

    made = partner.post(path, body)
    changed = partner.patch(made.json()["href"], {"@baseType": "Base"})
    listed = partner.get(path)

    assert (made.status_code, changed.status_code, listed.status_code) == (201, 200, 200)
    for one in (made.json(), changed.json(), *listed.json()):
        assert [error.message for error in shape.iter_errors(one)] == []


@pytest.mark.parametrize(
    ("file", "definition", "path"),
    [
        ("TMF629-CustomerManagement", "Customer", CUSTOMER),
        ("TMF632-PartyManagement", "Individual", INDIVIDUAL),
    ],
)
def test_what_agents_recorded_has_the_published_shape(
    file: str, definition: str, path: str, partner: Partner
) -> None:
    a_customer(email="jane@doe.example", phone="+447700900123")
    shape = validator(file, definition)

    (shown,) = partner.get(path).json()

    assert [error.message for error in shape.iter_errors(shown)] == []


def test_interaction_of_an_agent_has_the_published_attributes(partner: Partner) -> None:
    an_interaction()
    known = published("TMF683-PartyInteraction")["definitions"]["PartyInteraction"]["properties"]

    (shown,) = partner.get(INTERACTION).json()

    assert shown.keys() <= known.keys()
    assert {"id", "href", "channel", "direction", "reason"} <= shown.keys()


@pytest.mark.parametrize(("file", "definition", "path", "body"), CASES)
def test_every_published_attribute_is_declared(
    file: str, definition: str, path: str, body: Any, partner: Partner
) -> None:
    ours = partner.get("/api/openapi.json").json()["components"]["schemas"][definition]
    theirs = published(file)["definitions"][definition]

    assert theirs["properties"].keys() - ours["properties"].keys() == set()


@pytest.mark.parametrize(("file", "definition", "path", "body"), CASES)
def test_every_published_event_is_told(
    file: str, definition: str, path: str, body: Any, partner: Partner
) -> None:
    from crm.tmf.apis import all_apis

    told = {
        publication.type
        for api in all_apis()
        for resource in api.resources
        for publication in resource.publications
    }
    wanted = {
        path.removeprefix("/listener/")[0].upper() + path.removeprefix("/listener/")[1:]
        for path in published(file)["paths"]
        if path.startswith("/listener/")
    }

    assert wanted - told == set()


def test_errors_have_the_published_shape(partner: Partner) -> None:
    shape = validator("TMF629-CustomerManagement", "Error")

    for answer in (
        partner.get(f"{CUSTOMER}/x"),
        partner.post(CUSTOMER, {}),
        partner.call("PUT", CUSTOMER),
    ):
        assert [error.message for error in shape.iter_errors(answer.json())] == []
