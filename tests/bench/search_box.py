"""Search as you type against one indexed lookup, each kind of question by itself."""

from collections.abc import Iterator
from statistics import median

from django.db import connection

from tests.bench.ratio import Ratio, p95, spent

_SOME = 200
_TYPED = ("prefix", "parts in any order", "number", "phone suffix")
_TITLES = {"prefix": "by the first three letters", "parts in any order": "by parts in any order",
           "phone suffix": "by the end of a phone number", "typo": "with a typo"}  # fmt: skip
_LIMITS = {"prefix": 10, "parts in any order": 10, "phone suffix": 10, "typo": 150}


def measure() -> Iterator[Ratio]:
    from crm.access import SYSTEM
    from customers.finding import find_customers

    asked = _questions()

    def look_up(pk: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM customers_customer WHERE id = %s", [pk])
            cursor.fetchone()

    # Once through before the count: what is measured is the search, not a cold disk.
    for pk, questions in asked:
        look_up(pk)
        for text in questions.values():
            find_customers(SYSTEM, text, 10)
    took: dict[str, list[float]] = {kind: [] for kind in ("floor", *_LIMITS, "number")}
    for pk, questions in asked:
        for kind, text in questions.items():
            took[kind].append(spent(lambda text=text: find_customers(SYSTEM, text, 10)))  # type: ignore[misc]  # the checker knows no default of a lambda
            took["floor"].append(spent(lambda pk=pk: look_up(pk)))  # type: ignore[misc]  # the checker knows no default of a lambda
    floor, usual = p95(took["floor"]), median(took["floor"])
    typed = p95([time for kind in _TYPED for time in took[kind]])
    yield Ratio(
        "search as you type p95, of one indexed lookup", typed / floor, 15, False,
        f"{typed * 1000:.1f} ms; floor {floor * 1000:.2f} ms, in the middle {usual * 1000:.2f} ms",
    )  # fmt: skip
    for kind, limit in _LIMITS.items():
        ours = p95(took[kind])
        yield Ratio(
            f"search {_TITLES[kind]} p95, of one indexed lookup", ours / floor, limit, False,
            f"{ours * 1000:.1f} ms over {len(took[kind])} questions;"
            f" {median(took[kind]) / usual:.1f} in the middle",
        )  # fmt: skip


def _questions() -> list[tuple[int, dict[str, str]]]:
    """Customers all over the base, and what somebody may type to find each."""
    from customers.models import ContactMedium, Customer

    total = Customer.objects.order_by("-pk").values_list("pk", flat=True)[0]
    some = list(Customer.objects.filter(pk__in=range(1, total, max(total // _SOME, 1))))
    parties = [customer.party_id for customer in some if customer.party_id]
    numbers = dict(
        ContactMedium.objects.filter(type="mobile", party_id__in=parties).values_list(
            "party_id", "value"
        )
    )
    asked = []
    for customer in some:
        words = customer.name.split()
        questions = {
            "prefix": words[0][:3],
            "parts in any order": f"{words[-1]} {words[0]}",
            "number": customer.number[-5:],
        }
        if customer.party_id in numbers:
            questions["phone suffix"] = numbers[customer.party_id][-6:]
        longest = max(words, key=len)
        if len(longest) > 4:  # shorter names are not searched with a typo
            others = " ".join(word for word in words if word != longest)
            questions["typo"] = f"{longest[:2]}{longest[3]}{longest[2]}{longest[4:]} {others}"
        asked.append((customer.pk, questions))
    return asked
