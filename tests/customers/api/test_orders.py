"""Orders over the API: told once, asked, shown, completed."""

from typing import Any

import pytest

from customers.models import Agreement, Customer, Identifier, Order, OrderNews, Product
from tests.crm.tmf.partners import Partner, a_partner
from tests.customers.factories import a_customer, a_party
from tests.customers.order_factories import all_steps_done, an_order, the_table
from tests.customers.processes.complete_order.test_completing import a_ready_customer

pytestmark = pytest.mark.django_db

CONTRACT = "/api/v1/events/contract-finalized"
SERVICE = "/api/v1/events/service-order-finalized"
CHECK = "/api/v1/order-information/check"


def an_event(event_id: str = "e-1", **order: Any) -> dict[str, Any]:
    return {
        "eventId": event_id,
        "eventTime": "2026-03-01T09:00:00Z",
        "eventType": "ProductOrderStateChangeEvent",
        "event": {"productOrder": {"id": "PO-7", "state": "inProgress", **order}},
    }


def a_contract(event_id: str = "e-1") -> dict[str, Any]:
    return an_event(
        event_id,
        orderDate="2026-02-27T10:00:00Z",
        relatedParty=[
            {
                "id": "crm-77",
                "role": "Customer",
                "@referredType": "Individual",
                "givenName": "Ann",
                "familyName": "Lee",
                "birthDate": "1990-02-03",
                "contactMedium": [
                    {
                        "mediumType": "email",
                        "preferred": True,
                        "characteristic": {"emailAddress": "ann@example.org"},
                    }
                ],
            },
            {
                "id": "tech-1",
                "role": "technical contact",
                "contactMedium": [
                    {
                        "mediumType": "phone",
                        "characteristic": {"phoneNumber": "+44 20 7946 0018"},
                    }
                ],
            },
        ],
        agreement=[{"id": "A-1", "name": "Home Gold", "serviceLevel": "gold"}],
        billingAccount={"id": "BA-9", "paymentMethod": {"name": "Direct debit"}},
        productOrderItem=[
            {
                "id": "1",
                "action": "add",
                "state": "acknowledged",
                "productOffering": {"id": "PO-F900", "name": "Fibre 900"},
                "itemTerm": [{"name": "term", "duration": {"amount": 24, "units": "months"}}],
                "product": {
                    "productCharacteristic": [
                        {"name": "staticIp", "value": True},
                        {"name": "speed", "value": "900"},
                    ],
                    "place": [
                        {
                            "role": "installation",
                            "street1": "1 Harbour Row",
                            "city": "Wexcombe",
                            "postCode": "WX4 2QT",
                            "country": "GB",
                        }
                    ],
                },
            }
        ],
    )


def a_service(event_id: str = "e-2") -> dict[str, Any]:
    return an_event(
        event_id,
        productOrderItem=[
            {
                "id": "1",
                "productOffering": {"name": "Fibre 900"},
                "product": {
                    "id": "P-1",
                    "productCharacteristic": [{"name": "msisdn", "value": "447700900001"}],
                    "realizingResource": [{"id": "ont-4", "@referredType": "ONT"}],
                },
            }
        ],
    )


@pytest.mark.req("R-CIM-1")
def test_finalised_contract_reaches_the_record(partner: Partner) -> None:
    the_table()

    answer = partner.post(CONTRACT, a_contract())

    body = answer.json()
    assert (answer.status_code, body["state"]) == (201, "acknowledged")
    customer = Customer.objects.select_related("party").get(public_id=body["customer"])
    assert (customer.name, customer.status) == ("Ann Lee", "active")
    assert customer.party
    assert sorted(customer.party.contact_media.values_list("type", "role")) == [
        ("address", "installation"),
        ("email", ""),
        ("phone", "technical contact"),
    ]
    agreement = Agreement.objects.get()
    assert (agreement.name, agreement.sla_tier, agreement.term) == (
        "Home Gold",
        "gold",
        "24 months",
    )
    assert body["line"] == [{"id": "1", "offering": "fibre-900", "options": {"static_ip": "yes"}}]
    assert Product.objects.exists() is False


@pytest.mark.req("R-CIM-2")
def test_finalised_service_order_brings_the_product_in_either_order(partner: Partner) -> None:
    the_table()

    first = partner.post(SERVICE, a_service())
    partner.post(CONTRACT, a_contract())

    assert (first.status_code, first.json()["customer"]) == (201, None)
    product = Product.objects.get()
    assert (product.name, product.service_number) == ("Fibre 900", "447700900001")
    assert product.options["resources"] == "ont-4"
    assert Identifier.objects.get(kind="msisdn").value == "447700900001"
    assert Order.objects.get().state == "committed"


@pytest.mark.req("R-CIM-1")
def test_same_event_is_used_once_with_and_without_a_key(partner: Partner) -> None:
    key = {"Idempotency_Key": "k-1"}

    answers = [
        partner.post(CONTRACT, a_contract(), **key),
        partner.post(CONTRACT, a_contract(), **key),
        partner.post(CONTRACT, a_contract()),
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 200]
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert (OrderNews.objects.count(), Customer.objects.count()) == (1, 1)


def test_reading_scope_tells_nothing(partner: Partner) -> None:
    reader = a_partner(scope="read")

    assert reader.post(CONTRACT, a_contract()).status_code == 403
    assert Order.objects.exists() is False


@pytest.mark.parametrize(
    ("_case", "body", "said"),
    [
        ("no object", [], "body is an object"),
        ("no event", {"eventId": "1"}, "event is an object"),
        ("no order id", {**an_event(), "event": {"productOrder": {}}}, "eventTime"),
        ("no time", {**an_event(), "eventTime": "soon"}, "eventTime is a date and time"),
        ("items that are none", an_event(productOrderItem=[1]), "is a list of objects"),
    ],
)
def test_misshapen_event_is_refused_by_name(
    partner: Partner, _case: str, body: Any, said: str
) -> None:
    body = {k: v for k, v in body.items() if k != "eventTime"} if "order id" in _case else body

    answer = partner.post(CONTRACT, body)

    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert Order.objects.exists() is False


@pytest.mark.req("R-CIM-20")
def test_check_lists_items_with_status_and_where_to_get_them(partner: Partner) -> None:
    the_table()
    customer = a_customer(party=a_party(birth_date=None), email="p@example.org")

    answer = partner.post(
        CHECK,
        {
            "offering": "mobile-start",
            "options": {"device": "credit"},
            "customer": str(customer.public_id),
        },
    )

    body = answer.json()
    found = {one["id"]: one for one in body["item"]}
    assert (answer.status_code, body["complete"]) == (200, False)
    assert {key: one["status"] for key, one in found.items()} == {
        "name": "have",
        "birth_date": "missing",
        "identity": "missing",
        "reach": "have",
        "email": "have",
        "payment": "missing",
        "address": "missing",
    }
    assert found["identity"]["maxAgeDays"] == 90
    assert found["identity"]["because"] == ["identity: consumer", "credit: device on credit"]
    assert found["identity"]["whereToGet"].startswith("In a shop")


@pytest.mark.req("R-CIM-21")
def test_toggling_an_option_changes_the_answer(partner: Partner) -> None:
    the_table()

    def asked(**options: Any) -> set[str]:
        body = {"offering": "fibre-900", "options": options, "customer": None}
        return {one["id"] for one in partner.post(CHECK, body).json()["item"]}

    assert asked(static_ip="yes") - asked(static_ip="no") == {"technical_contact"}
    assert asked() - asked(installation="self") == {"appointment"}


def test_unknown_offering_names_those_that_exist(partner: Partner) -> None:
    the_table()

    answer = partner.post(CHECK, {"offering": "dial-up"})

    assert answer.status_code == 422
    assert "fibre-900" in answer.json()["message"]


@pytest.mark.req("R-CIM-3")
def test_completing_too_early_is_409_with_the_list(partner: Partner) -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start", options={"number_transfer": "yes"})
    address = f"/api/v1/orders/{order.public_id}/completion"

    answer = partner.patch(address, {"acceptance": "done", "state": "completed"})

    assert answer.status_code == 409
    assert [one["item"] for one in answer.json()["open"]] == [
        "transfer_code",
        "commissioning",
        "training",
    ]
    assert order.steps.exists() is False


@pytest.mark.req("R-CIM-3")
def test_everything_settled_in_one_patch_completes(partner: Partner) -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start", options={"number_transfer": "yes"})

    answer = partner.patch(
        f"/api/v1/orders/{order.public_id}/completion",
        {
            "commissioning": {"state": "not-needed", "note": "SIM only"},
            "acceptance": "done",
            "training": {"state": "done"},
            "item": [{"id": "transfer_code", "value": "ABC123456", "validUntil": "2027-01-01"}],
            "state": "completed",
        },
    )

    assert (answer.status_code, answer.json()["state"]) == (200, "completed")
    assert answer.json()["completion"]["commissioning"]["note"] == "SIM only"


@pytest.mark.req("R-CIM-4")
def test_readiness_is_green_or_red_by_process(partner: Partner) -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start")

    body = partner.get(f"/api/v1/orders/{order.public_id}/information-readiness").json()

    assert {one["id"]: one["status"] for one in body["process"]} == {
        "problem-handling": "red",
        "billing": "green",
        "retention": "red",
        "service-level": "red",
        "campaign": "red",
    }
    assert body["ready"] is False


def test_order_is_found_by_the_callers_own_number(partner: Partner) -> None:
    the_table()
    partner.post(CONTRACT, a_contract())

    answer = partner.get("/api/v1/orders/PO-7")

    assert (answer.status_code, answer.json()["externalId"]) == (200, "PO-7")
    assert answer.json()["information"]["complete"] is False
    assert a_partner().get("/api/v1/orders/PO-7").status_code == 404


def test_order_of_somebody_unseen_is_not_there() -> None:
    order = an_order(a_customer())
    all_steps_done(order)
    stranger = a_partner("view_order", "complete_order")

    answer = stranger.patch(f"/api/v1/orders/{order.public_id}/completion", {"state": "completed"})

    assert answer.status_code == 404
