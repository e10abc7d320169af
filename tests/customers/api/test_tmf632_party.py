"""TMF632 individual and organization."""

from typing import Any

import pytest

from crm.events.models import OutboxEvent
from customers.models import Party
from tests.crm.tmf.partners import INDIVIDUAL, ORGANIZATION, Partner
from tests.customers.factories import a_customer, a_party

pytestmark = pytest.mark.django_db
PERSON = {"givenName": "Jane", "familyName": "Lamborgizzia"}


def test_individual_comes_back_as_given(partner: Partner) -> None:
    body = {
        **PERSON,
        "middleName": "M",
        "preferredGivenName": "Janey",
        "title": "Dr",
        "gender": "female",
        "nationality": "American",
        "maritalStatus": "married",
        "fullName": "Dr Jane Lamborgizzia",
        "birthDate": "1967-09-26T05:00:00.246Z",
        "deathDate": "2040-01-01T00:00:00Z",
        "aristocraticTitle": "Baroness",
        "countryOfBirth": "US",
        "familyNamePrefix": "von",
        "formattedName": "Jane L.",
        "generation": "Sr.",
        "legalName": "Jane L",
        "location": "London",
        "placeOfBirth": "Boise",
        "status": "validated",
        "contactMedium": [
            {
                "mediumType": "postalAddress",
                "preferred": False,
                "characteristic": {"city": "Paris", "country": "France", "contactType": "home"},
                "validFor": {"startDateTime": "2018-06-01T00:00:00.000Z"},
            },
            {
                "mediumType": "Email",
                "preferred": True,
                "characteristic": {"emailAddress": "jane@example.org"},
                "validFor": {"startDateTime": "2018-06-01T00:00:00.000Z"},
            },
        ],
        "creditRating": [{"creditAgencyName": "Experian", "ratingScore": 680}],
        "disability": [{"disabilityName": "vision"}],
        "externalReference": [{"externalReferenceType": "facebookId", "name": "fb"}],
        "individualIdentification": [{"identificationId": "51", "identificationType": "passport"}],
        "languageAbility": [{"languageCode": "fr", "isFavouriteLanguage": True}],
        "otherName": [{"givenName": "Jenny"}],
        "partyCharacteristic": [{"name": "hair", "value": "black"}],
        "relatedParty": [{"id": "9", "role": "bro", "@referredType": "Individual"}],
        "skill": [{"skillName": "COBOL"}],
        "taxExemptionCertificate": [{"id": "1"}],
        "@type": "Individual",
    }

    made = partner.post(INDIVIDUAL, body)

    assert made.status_code == 201
    shown = partner.get(made.json()["href"]).json()
    assert {name: shown[name] for name in body} == body
    party = Party.objects.get()
    assert (party.language, str(party.birth_date), party.status) == (
        "fr",
        "1967-09-26",
        "validated",
    )
    assert [one.type for one in party.contact_media.order_by("pk")] == ["address", "email"]


def test_organization_comes_back_as_given(partner: Partner) -> None:
    body = {
        "tradingName": "Quiet Networks",
        "name": "Quiet Networks Ltd",
        "nameType": "Ltd",
        "organizationType": "company",
        "isHeadOffice": True,
        "isLegalEntity": False,
        "existsDuring": {"startDateTime": "2015-10-22T08:31:52.026Z"},
        "status": "validated",
        "organizationChildRelationship": [
            {"relationshipType": "juridical", "organization": {"id": "1", "name": "child"}}
        ],
        "organizationParentRelationship": {
            "relationshipType": "juridical",
            "organization": {"id": "2"},
        },
        "organizationIdentification": [{"identificationId": "VAT-1"}],
        "otherName": [{"tradingName": "QN"}],
        "partyCharacteristic": [{"name": "sector", "value": 5}],
    }

    made = partner.post(ORGANIZATION, body)

    shown = partner.get(made.json()["href"]).json()
    assert {name: shown[name] for name in body} == body
    assert (shown["@type"], Party.objects.get().kind) == ("Organization", "organization")


@pytest.mark.req("R-CIM-16")
def test_same_person_twice_is_recorded_twice(partner: Partner) -> None:
    answers = [partner.post(INDIVIDUAL, PERSON) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert Party.objects.count() == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (INDIVIDUAL, {"givenName": "Jane"}),
        (INDIVIDUAL, {**PERSON, "status": "sleeping"}),
        (INDIVIDUAL, {**PERSON, "birthDate": "long ago"}),
        (INDIVIDUAL, {**PERSON, "gender": "x" * 41}),
        (INDIVIDUAL, {**PERSON, "contactMedium": [{"characteristic": "a"}]}),
        (ORGANIZATION, {"name": "No trading name"}),
        (ORGANIZATION, {"tradingName": "x", "isLegalEntity": "yes"}),
    ],
)
def test_refused_body_records_nothing(path: str, body: Any, partner: Partner) -> None:
    assert partner.post(path, body).status_code == 400
    assert (Party.objects.count(), OutboxEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize("spelling", ["deceaded", "deceased"])
def test_both_spellings_of_the_dead_are_understood(spelling: str, partner: Partner) -> None:
    body = partner.post(INDIVIDUAL, {**PERSON, "status": spelling}).json()

    assert body["status"] == spelling
    assert Party.objects.get().status == "deceased"
    assert len(partner.get(f"{INDIVIDUAL}?status=deceased").json()) == 1


def test_status_changed_by_us_is_told_in_the_words_of_this_version(partner: Partner) -> None:
    made = partner.post(INDIVIDUAL, {**PERSON, "status": "initialized"}).json()
    Party.objects.update(status="deceased")

    assert partner.get(made["href"]).json()["status"] == "deceaded"


def test_birthday_changed_by_us_replaces_the_one_given(partner: Partner) -> None:
    made = partner.post(INDIVIDUAL, {**PERSON, "birthDate": "1967-09-26T05:00:00.246Z"}).json()
    Party.objects.update(birth_date="1970-01-01")

    assert partner.get(made["href"]).json()["birthDate"] == "1970-01-01T00:00:00Z"


def test_patch_of_contact_media_is_the_whole_new_list(partner: Partner) -> None:
    made = partner.post(
        INDIVIDUAL,
        {
            **PERSON,
            "contactMedium": [
                {"mediumType": "email", "characteristic": {"emailAddress": "a@b.example"}}
            ],
        },
    )
    etag = made.headers["ETag"]

    answer = partner.patch(
        made.json()["href"],
        {
            "contactMedium": [
                {"mediumType": "mobile", "characteristic": {"phoneNumber": "+447700900123"}}
            ]
        },
        If_Match=etag,
    )

    assert [one["mediumType"] for one in answer.json()["contactMedium"]] == ["mobile"]
    assert answer.headers["ETag"] != etag
    party = Party.objects.get()
    assert (party.contact_media.count(), party.contact_media.current().count()) == (2, 1)


def test_person_with_a_customer_record_stays(partner: Partner) -> None:
    party = a_party()
    a_customer(party=party)

    answer = partner.delete(f"{INDIVIDUAL}/{party.public_id}")

    assert (answer.status_code, answer.json()["code"]) == (409, "still-a-customer")


def test_deleted_person_is_gone(partner: Partner) -> None:
    party = a_party()

    assert partner.delete(f"{INDIVIDUAL}/{party.public_id}").status_code == 204
    assert partner.get(f"{INDIVIDUAL}/{party.public_id}").status_code == 404


def test_an_organisation_is_no_individual(partner: Partner) -> None:
    party = a_party(kind="organization", trading_name="QN")

    assert partner.get(f"{INDIVIDUAL}/{party.public_id}").status_code == 404
    assert partner.get(f"{ORGANIZATION}/{party.public_id}").status_code == 200


def test_other_base_path_serves_the_same(partner: Partner) -> None:
    made = partner.post("/tmf-api/partyManagement/v4/individual", PERSON)

    assert made.status_code == 201
    assert partner.get(made.json()["href"]).json() == made.json()


def test_nested_attributes_are_filtered(partner: Partner) -> None:
    for mail in ("a@b.example", "c@d.example"):
        partner.post(
            INDIVIDUAL,
            {
                **PERSON,
                "contactMedium": [
                    {"mediumType": "email", "characteristic": {"emailAddress": mail}}
                ],
            },
        )

    found = partner.get(
        f"{INDIVIDUAL}?contactMedium.characteristic.emailAddress=c@d.example"
    ).json()

    assert [one["contactMedium"][0]["characteristic"] for one in found] == [
        {"emailAddress": "c@d.example"}
    ]
