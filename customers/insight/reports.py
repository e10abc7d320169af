"""The usage report: what is known of a customer's use and charges in a period."""

from datetime import datetime

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from customers.insight import keys
from customers.insight.models import Fact
from customers.models import Product
from customers.reporting.kinds import Content, ReportKind, Section, register

_TOLD = ("usage.", "charge.")
_MOST = 5000


def _usage(customer_id: int, since: datetime, until: datetime) -> Content:
    products = Product.objects.filter(customer=customer_id).exclude(status="ended")
    facts = [
        fact
        for fact in Fact.objects.believed()
        .of_customer(customer_id)
        .filter(observed_at__gte=since, observed_at__lt=until)
        .order_by("observed_at", "pk")[:_MOST]
        if fact.key.startswith(_TOLD)
    ]
    return Content(
        figures=[(_now("Services in use"), str(products.count()))],
        sections=[
            Section(
                _now("Services"),
                [_now("Product"), _now("Service number"), _now("From")],
                [
                    (one.name, one.service_number, str(one.valid_from or ""))
                    for one in products.order_by("pk")[:_MOST]
                ],
            ),
            Section(
                _now("Use and charges"),
                [_now("What"), _now("Value"), _now("Seen on")],
                [_line(fact) for fact in facts],
            ),
        ],
    )


def _line(fact: Fact) -> tuple[str, str, datetime]:
    known = keys.named(fact.key)
    return str(known.title), f"{fact.value} {known.unit}".strip(), fact.observed_at


register(ReportKind(key="usage", title=_("Usage report"), order=30, build=_usage))
