"""Which processes use a customer's record, and what each must find there.

Apps above register theirs; whether a process has what it needs for an order is computed here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers import information
from customers.information import Subject
from customers.models import Order
from customers.ordering.standing import HAVE, Standing, standing


def _always(_subject: Subject) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a process must find, by a look; `when` says for whom it matters at all."""

    key: str
    title: str | Promise
    look: str
    max_age_days: int | None = None
    where: str | Promise = ""
    when: Callable[[Subject], bool] = _always


@dataclass(frozen=True, slots=True)
class Consumer:
    """A process that uses the record."""

    key: str
    title: str | Promise
    process: str
    order: int
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One need of one process, judged; `enter` names the page where it is entered."""

    need: Need
    standing: Standing

    @property
    def ready(self) -> bool:
        return self.standing.status == HAVE

    @property
    def enter(self) -> str:
        return information.named(self.need.look).enter


@dataclass(frozen=True, slots=True)
class Row:
    """One process: green when it finds everything, red with what is missing."""

    consumer: Consumer
    cells: tuple[Cell, ...]

    @property
    def ready(self) -> bool:
        return all(cell.ready for cell in self.cells)

    @property
    def missing(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.ready]


_consumers: dict[str, Consumer] = {}


def register(consumer: Consumer) -> Consumer:
    """Add a process; the same key twice is a programming error."""
    if _consumers.setdefault(consumer.key, consumer) is not consumer:
        raise ValueError(f"Consumer {consumer.key} is registered twice.")
    return consumer


def registered() -> tuple[Consumer, ...]:
    return tuple(sorted(_consumers.values(), key=lambda one: (one.order, one.key)))


def readiness(order: Order, now: datetime | None = None) -> list[Row]:
    """Every registered process against what is held about the customer of an order."""
    subject = information.subject_of(order.customer, order)
    return [_row(consumer, subject, now or timezone.now()) for consumer in registered()]


def _row(consumer: Consumer, subject: Subject, now: datetime) -> Row:
    return Row(
        consumer,
        tuple(
            Cell(
                need,
                standing(information.known(subject, need.look, need.key), need.max_age_days, now),
            )
            for need in consumer.needs
            if need.when(subject)
        ),
    )


BILLING = register(
    Consumer(
        key="billing",
        title=_("Billing"),
        process="1.3.9",
        order=20,
        needs=(
            Need("account", _("Billing account"), "account.number"),
            Need("payment", _("How bills are paid"), "account.payment"),
            Need("reach", _("Somewhere to send the bill"), "contact.reach"),
        ),
    )
)
