"""Pages as a browser asks for them: one customer with much behind them, and a list far down."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

from tests.bench.ratio import Ratio, in_turn, spent

_MANY, _FEW, _ROUNDS = 50_000, 50, 15
_DEEP, _PAGE = 1_000, 50
_ORDERS = ("newest", "oldest", "name", "number")
_FRAGMENT = {"headers": {"HX-Request": "true"}}


def measure() -> Iterator[Ratio]:
    from django.conf import settings
    from django.test import Client

    from crm.accounts.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    somebody = User.objects.create_superuser("bench-reader")
    client = Client()
    client.force_login(somebody)
    yield _customer_page(client, somebody)
    yield from _deep_lists(client)


def _customer_page(client: Any, reader: Any) -> Ratio:
    """The page with every panel that it fetches, of a customer with many contacts and changes."""
    from crm.access import actor_for
    from crm.web.panels import panels_for
    from customers.models import Customer

    many, few = Customer.objects.filter(type="consumer").order_by("pk")[1000:1002]
    for customer, contacts in ((many, _MANY), (few, _FEW)):
        _give_contacts(customer.pk, contacts)
        _give_changes(customer.pk, contacts)
    with connection.cursor() as cursor:
        cursor.execute(
            "VACUUM ANALYZE interactions_interaction, customers_customer, customers_customerevent"
        )
    actor = actor_for(reader)
    reached = [
        [
            f"/customers/{one.pk}/",
            *(panel.url for panel in panels_for("customer", actor, pk=one.pk)),
        ]
        for one in (many, few)
    ]
    parts = []
    for ours, floor in zip(*reached, strict=True):
        more = {} if ours == reached[0][0] else _FRAGMENT
        parts.append(
            in_turn(
                _get(client, ours, **more), _get(client, floor, **more), rounds=_ROUNDS, clock=spent
            )
        )
    much, little = sum(one for one, _ in parts), sum(other for _, other in parts)
    worst = max(range(len(parts)), key=lambda at: parts[at][0] - parts[at][1])
    return Ratio(
        f"customer page with {_MANY:,} contacts and changes, of one with {_FEW}",
        much / little,
        2,
        False,
        f"{much * 1000:.0f} ms of {little * 1000:.0f} ms; most for {reached[0][worst]}",
    )


def _give_contacts(customer_id: int, number: int) -> None:
    """Let them have had so many contacts: rows of others, copied under another customer."""
    with connection.cursor() as cursor:
        columns = _columns(
            cursor, "interactions_interaction", but={"id", "public_id", "customer_id"}
        )
        cursor.execute(
            f"INSERT INTO interactions_interaction (public_id, customer_id, {columns})"
            f" SELECT crm_new_id(), %s, {columns} FROM interactions_interaction,"
            " generate_series(1, %s) LIMIT %s",
            [customer_id, number, number],
        )


def _give_changes(customer_id: int, number: int) -> None:
    """And as many changes of their record."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET care_note = 'Rings twice' WHERE id = %s", [customer_id]
        )
        columns = _columns(cursor, "customers_customerevent", but={"pgh_id"})
        cursor.execute(
            f"INSERT INTO customers_customerevent ({columns}) SELECT {columns}"
            " FROM customers_customerevent, generate_series(1, %s) WHERE pgh_obj_id = %s LIMIT %s",
            [number, customer_id, number],
        )


def _columns(cursor: Any, table: str, *, but: set[str]) -> str:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    return ", ".join(f'"{name}"' for (name,) in cursor.fetchall() if name not in but)


def _deep_lists(client: Any) -> Iterator[Ratio]:
    from customers.models import Customer

    standing = Customer.objects.filter(removed_at=None)
    deep = min(_DEEP, standing.count() // _PAGE - 1)
    found = []
    for order in _ORDERS:
        key = {"newest": "-id", "oldest": "id"}.get(order, order)
        keys = standing.order_by(key, "id").values_list("pk", flat=True)
        after = keys[deep * _PAGE]
        ours, floor = in_turn(
            _get(client, f"/customers/?order={order}&after={after}"),
            _get(client, f"/customers/?order={order}"),
            rounds=_ROUNDS,
            clock=spent,
        )
        found.append((ours / floor, order, ours, floor))
    worst, order, ours, floor = max(found)
    yield Ratio(
        f"list of customers {deep:,} pages deep, of the first page",
        worst,
        1.3,
        False,
        f"worst {order}: {ours * 1000:.0f} ms of {floor * 1000:.0f} ms",
    )


def _get(client: Any, path: str, **more: Any) -> Callable[[], None]:
    def get() -> None:
        answer = client.get(path, **more)
        if answer.status_code != 200:  # anything else is no page
            raise SystemExit(f"{path} answered {answer.status_code}.")

    return get
