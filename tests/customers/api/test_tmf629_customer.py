"""TMF629 customer: what a partner reads, creates, changes and deletes."""

from typing import Any

import pytest

from crm.audit.models import Access
from crm.events.models import OutboxEvent
from customers.models import Account, Agreement, Customer
from tests.crm.tmf.partners import CUSTOMER, Partner, a_body, a_partner
from tests.customers.factories import a_customer, a_medium, a_party

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CIM-16")
def test_created_customer_is_recorded_by_the_process_and_shown(partner: Partner) -> None:
    answer = partner.post(CUSTOMER, a_body(status="Approved", statusReason="KYC done"))

    body = answer.json()
    assert answer.status_code == 201
    assert body["href"] == answer.headers["Location"]
    assert body["href"].endswith(f"{CUSTOMER}/{body['id']}")
    assert body["@type"] == "Customer"
    assert (body["status"], body["statusReason"]) == ("Approved", "KYC done")
    customer = Customer.objects.get(public_id=body["id"])
    assert (customer.status, customer.source) == ("verified", partner.user.username)
    assert OutboxEvent.objects.get().name == "customer.created"


def test_read_customer_is_the_created_one(partner: Partner) -> None:
    made = partner.post(CUSTOMER, a_body())

    answer = partner.get(made.json()["href"])

    assert answer.status_code == 200
    assert answer.json() == made.json()
    assert answer.headers["ETag"] == made.headers["ETag"]


def test_every_attribute_of_the_specification_comes_back_as_given(partner: Partner) -> None:
    body = a_body(
        **{
            "status": "Approved",
            "statusReason": "Account details checked",
            "validFor": {
                "startDateTime": "2018-06-12T00:00:00Z",
                "endDateTime": "2019-01-01T00:00:00Z",
            },
            "account": [
                {
                    "id": "1",
                    "href": "https://a/1",
                    "name": "telco account",
                    "@referredType": "PartyAccount",
                }
            ],
            "agreement": [{"id": "2", "name": "frame"}],
            "characteristic": [
                {"name": "tier", "value": {"level": 3, "of": None}, "valueType": "object"}
            ],
            "contactMedium": [
                {
                    "mediumType": "Email",
                    "preferred": True,
                    "characteristic": {"emailAddress": "a@b.example"},
                }
            ],
            "creditProfile": [
                {
                    "creditProfileDate": "2018-06-12T00:00:00Z",
                    "creditRiskRating": 1,
                    "creditScore": 1,
                    "validFor": {"startDateTime": "2018-06-12T00:00:00Z"},
                }
            ],
            "paymentMethod": [{"id": "3", "name": "card"}],
            "relatedParty": [{"id": "4", "role": "supplier", "@referredType": "Organization"}],
            "@baseType": "PartyRole",
            "@schemaLocation": "https://a/schema.json",
            "@type": "VipCustomer",
            "loyaltyColour": "blue",
        }
    )

    shown = partner.get(partner.post(CUSTOMER, body).json()["href"]).json()

    assert {name: shown[name] for name in body} == body
    assert shown.keys() - body.keys() == {"id", "href"}


def test_known_party_is_linked_and_lends_its_contact_media(partner: Partner) -> None:
    party = a_party()
    a_medium(party, "email", "priya@example.org")

    body = partner.post(
        CUSTOMER,
        a_body(
            engagedParty={
                "id": str(party.public_id),
                "@referredType": "Individual",
                "role": "holder",
            },
            contactMedium=[
                {"mediumType": "mobile", "characteristic": {"phoneNumber": "+447700900123"}}
            ],
        ),
    ).json()

    assert Customer.objects.get(public_id=body["id"]).party == party
    assert body["engagedParty"] == {
        "id": str(party.public_id),
        "href": f"http://testserver/tmf-api/party/v4/individual/{party.public_id}",
        "name": "Priya Nair",
        "role": "holder",
        "@referredType": "Individual",
        "@type": "RelatedParty",
    }
    assert [one["characteristic"] for one in body["contactMedium"]] == [
        {"emailAddress": "priya@example.org"},
        {"phoneNumber": "+447700900123"},
    ]
    assert party.contact_media.current().count() == 2


def test_own_accounts_and_agreements_are_references(partner: Partner) -> None:
    customer = a_customer()
    account = Account.objects.create(customer=customer, number="A-1")
    agreement = Agreement.objects.create(customer=customer, name="Two year")

    body = partner.get(f"{CUSTOMER}/{customer.public_id}").json()

    assert body["account"] == [
        {
            "id": str(account.public_id),
            "name": "A-1",
            "@type": "AccountRef",
            "@referredType": "BillingAccount",
        }
    ]
    assert body["agreement"][0]["id"] == str(agreement.public_id)


def test_same_customer_twice_is_recorded_twice(partner: Partner) -> None:
    answers = [partner.post(CUSTOMER, a_body()) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


@pytest.mark.parametrize(
    ("_case", "body"),
    [
        ("no name", {"engagedParty": {"id": "1"}}),
        ("empty name", {"name": "", "engagedParty": {"id": "1"}}),
        ("name is a number", a_body(name=7)),
        ("name is null", a_body(name=None)),
        ("no party", {"name": "x"}),
        ("party without id", {"name": "x", "engagedParty": {"name": "y"}}),
        ("list as object", a_body(validFor=[])),
        ("object as list", a_body(account={"id": "1"})),
        ("bad moment", a_body(validFor={"startDateTime": "yesterday"})),
        ("not an object", [1, 2]),
        ("a word", "customer"),
    ],
)
def test_refused_body_records_nothing(_case: str, body: Any, partner: Partner) -> None:
    answer = partner.post(CUSTOMER, body)

    assert answer.status_code == 400
    assert answer.json()["status"] == "400"
    assert Customer.objects.count() == 0
    assert OutboxEvent.objects.count() == 0


def test_merge_patch_replaces_removes_and_keeps(partner: Partner) -> None:
    made = partner.post(
        CUSTOMER,
        a_body(
            status="Approved",
            characteristic=[{"name": "a", "value": 1}],
            paymentMethod=[{"id": "1"}],
        ),
    ).json()

    answer = partner.patch(
        made["href"],
        {
            "name": "Priya N.",
            "status": "active",
            "paymentMethod": None,
            "characteristic": [{"name": "b", "value": 2}],
            "engagedParty": {"role": "holder"},
        },
    )

    assert answer.status_code == 200
    assert answer.json() == {
        "id": made["id"],
        "href": made["href"],
        "@type": "Customer",
        "name": "Priya N.",
        "status": "active",
        "characteristic": [{"name": "b", "value": 2}],
        "engagedParty": {"id": "p-1", "@referredType": "Individual", "role": "holder"},
    }
    assert Customer.objects.get().status == "active"


def test_merge_patch_reaches_inside_and_null_takes_away(partner: Partner) -> None:
    made = partner.post(CUSTOMER, a_body(validFor={"startDateTime": "2026-01-01T00:00:00Z"})).json()

    answer = partner.patch(
        made["href"], {"validFor": {"startDateTime": None, "endDateTime": "2027-01-01T00:00:00Z"}}
    )

    assert answer.status_code == 200
    assert answer.json()["validFor"] == {"endDateTime": "2027-01-01T00:00:00Z"}


def test_json_patch_is_applied_whole_or_not_at_all(partner: Partner) -> None:
    made = partner.post(CUSTOMER, a_body(characteristic=[{"name": "a", "value": 1}])).json()
    kind = {"Content_Type": "application/json-patch+json"}

    good = partner.patch(
        made["href"], [{"op": "replace", "path": "/characteristic/0/value", "value": 2}], **kind
    )
    bad = partner.patch(
        made["href"],
        [{"op": "replace", "path": "/name", "value": "X"}, {"op": "remove", "path": "/nothing"}],
        **kind,
    )

    assert good.json()["characteristic"] == [{"name": "a", "value": 2}]
    assert bad.status_code == 409
    assert Customer.objects.get().name == "Priya Nair"


@pytest.mark.parametrize(
    ("_case", "patch", "status"),
    [
        ("id", {"id": "other"}, 400),
        ("href", {"href": "https://elsewhere"}, 400),
        ("name removed", {"name": None}, 400),
        ("wrong type", {"status": 3}, 400),
        ("not an object", ["x"], 400),
        ("what a part needs removed", {"engagedParty": {"id": None}}, 400),
        ("wrong type inside", {"validFor": {"startDateTime": 3}}, 400),
    ],
)
def test_refused_patch_changes_nothing(
    _case: str, patch: Any, status: int, partner: Partner
) -> None:
    made = partner.post(CUSTOMER, a_body()).json()

    answer = partner.patch(made["href"], patch)

    assert answer.status_code == status
    assert partner.get(made["href"]).json() == made


@pytest.mark.parametrize("op", ["add", "replace", "remove", "test", "copy", "move"])
def test_json_patch_of_the_whole_is_refused(op: str, partner: Partner) -> None:
    made = partner.post(CUSTOMER, a_body()).json()
    operation = {"op": op, "path": "", "value": {}, "from": "/name"}

    answer = partner.patch(made["href"], [operation], Content_Type="application/json-patch+json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-patch")
    assert partner.get(made["href"]).json() == made


def test_patch_of_nothing_new_tells_nobody(partner: Partner) -> None:
    made = partner.post(CUSTOMER, a_body()).json()

    answer = partner.patch(made["href"], {"name": "Priya Nair"})

    assert answer.json() == made
    assert [one.name for one in OutboxEvent.objects.all()] == ["customer.created"]


def test_unknown_patch_type_is_415(partner: Partner) -> None:
    made = partner.post(CUSTOMER, a_body()).json()

    answer = partner.patch(made["href"], {}, Content_Type="application/json-patch-query+json")

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


def test_write_with_an_old_etag_is_refused(partner: Partner) -> None:
    made = partner.post(CUSTOMER, a_body())
    href, etag = made.json()["href"], made.headers["ETag"]
    assert partner.patch(href, {"name": "Second"}, If_Match=etag).status_code == 200

    late_patch = partner.patch(href, {"name": "Third"}, If_Match=etag)
    late_delete = partner.delete(href, If_Match=etag)

    assert (late_patch.status_code, late_delete.status_code) == (412, 412)
    assert Customer.objects.get().name == "Second"


def test_unchanged_customer_is_304(partner: Partner) -> None:
    made = partner.post(CUSTOMER, a_body())

    answer = partner.get(made.json()["href"], If_None_Match=made.headers["ETag"])

    assert (answer.status_code, answer.content) == (304, b"")


def test_deleted_customer_is_gone(partner: Partner) -> None:
    href = partner.post(CUSTOMER, a_body()).json()["href"]

    assert partner.delete(href).status_code == 204
    assert partner.get(href).status_code == 404
    assert partner.delete(href).status_code == 404
    assert partner.get(CUSTOMER).json() == []


def test_reader_sees_only_customers_of_its_teams_and_changes_none() -> None:
    reader = a_partner("customers.view_customer")
    customer = a_customer()

    assert reader.get(CUSTOMER).json() == []
    assert reader.get(f"{CUSTOMER}/{customer.public_id}").status_code == 404
    assert reader.post(CUSTOMER, a_body()).status_code == 403
    assert Customer.objects.count() == 1


def test_client_without_permission_is_403() -> None:
    stranger = a_partner("customers.view_party")

    assert stranger.get(CUSTOMER).status_code == 403


def test_each_read_leaves_one_row_in_the_log_of_views(partner: Partner) -> None:
    customers = [a_customer() for _ in range(3)]
    partner.get(f"{CUSTOMER}/{customers[0].public_id}", X_Purpose="billing")
    partner.get(f"{CUSTOMER}?limit=2&status=active")
    partner.get(f"{CUSTOMER}?name=nobody")

    rows = Access.objects.order_by("pk")

    assert [(one.subject_ids, one.purpose, one.detail) for one in rows] == [
        ([customers[0].pk], "billing", ""),
        ([customers[0].pk, customers[1].pk], "partner-service", "status="),
    ]
    assert {(one.actor_id, one.action) for one in rows} == {(partner.user.pk, "api-read")}


@pytest.mark.parametrize("path", ["", "?limit=50", "?status=active&sort=-name&fields=name,account"])
def test_page_costs_one_statement_however_long(
    path: str, partner: Partner, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        a_customer(email="x@example.org")
    partner.get(CUSTOMER)

    # A filtered page adds a savepoint and the time limit it runs under.
    with django_assert_max_num_queries(4 if "=" in path and "limit" not in path else 1):
        assert len(partner.get(CUSTOMER + path).json()) == 12
