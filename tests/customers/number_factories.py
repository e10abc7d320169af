"""Subscribers and their number, and everything that says whose it is."""

from typing import Any

from crm.access import SYSTEM
from customers.models import ContactMedium, Customer, Identifier, NumberMove, Party, Product
from customers.processes.keep_identifiers import assign_identifier
from customers.processes.move_number import move_number
from customers.reads import find_customers
from tests.customers.factories import a_customer, a_party

NUMBER, NETWORK = "07700 900671", "447700900671"


def somebody(name: str, **more: Any) -> Customer:
    return a_customer(party=a_party(given_name=name, family_name="Reid"), **more)


def party_of(customer: Customer) -> Party:
    assert customer.party is not None
    return customer.party


def a_subscriber(name: str = "Amara") -> Customer:
    customer = somebody(name, phone=NUMBER)
    party_of(customer).contact_media.update(preferred=True)
    Product.objects.create(customer=customer, name="Mobile M", service_number=NETWORK)
    assign_identifier(party_id=party_of(customer).pk, kind="msisdn", value=NUMBER, actor=SYSTEM)
    return customer


def moved(to: Customer, **more: Any) -> NumberMove:
    given: dict[str, Any] = {"reason": "The shop mixed up two SIM cards", "actor": SYSTEM} | more
    return move_number(customer_id=to.pk, kind="msisdn", value=NUMBER, **given)


def found(text: str = NUMBER) -> list[int]:
    return [one.customer_id for one in find_customers(SYSTEM, text, 10)]


def as_it_stands() -> list[Any]:
    """Everything that says whose number it is."""
    return [
        list(Identifier.objects.filter(valid_to=None).values_list("party", "value")),
        list(ContactMedium.objects.order_by("pk").values_list("party", "preferred", "valid_to")),
        list(Product.objects.order_by("pk").values_list("customer", "status", "valid_to")),
    ]
