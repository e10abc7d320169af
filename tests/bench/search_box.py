"""Search as you type against one indexed lookup."""

from django.db import connection

from tests.bench.ratio import Ratio, p95, seconds

_STEP = 997


def measure() -> list[Ratio]:
    from crm.access import SYSTEM
    from customers.models import ContactMedium, Customer
    from customers.reads import find_customers

    total = Customer.objects.order_by("-pk").values_list("pk", flat=True)[0]
    some = list(Customer.objects.filter(pk__in=range(1, total, total // 200)))
    numbers = dict(
        ContactMedium.objects.filter(
            type="mobile", party_id__in=[customer.party_id for customer in some]
        ).values_list("party_id", "value")
    )
    asked = []
    for customer in some:
        words = customer.name.split()
        asked += [words[0][:3], f"{words[-1]} {words[0]}", customer.number[-5:]]
        if customer.party_id in numbers:
            asked.append(numbers[customer.party_id][-6:])

    def look_up(pk: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM customers_customer WHERE id = %s", [pk])
            cursor.fetchone()

    # Once through before the count: what is measured is the search, not a cold disk.
    for number, text in enumerate(asked, start=1):
        look_up(number)
        find_customers(SYSTEM, text, 10)
    floor = p95([seconds(lambda pk=pk: look_up(pk)) for pk in range(1, 1 + 5 * len(asked), 5)])  # type: ignore[misc]  # the checker knows no default of a lambda
    ours = p95([seconds(lambda text=text: find_customers(SYSTEM, text, 10)) for text in asked])  # type: ignore[misc]  # the checker knows no default of a lambda
    return [
        Ratio(
            "search as you type p95, of one indexed lookup",
            ours / floor,
            15,
            False,
            f"{ours * 1000:.1f} ms over {len(asked)} questions",
        )
    ]
