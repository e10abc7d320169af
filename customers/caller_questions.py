"""What a caller can be asked to prove who they are, and whether an answer is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.folding import compact
from customers.models import Customer

_TAIL = 4
_LEAST = 3


@dataclass(frozen=True, slots=True)
class Question:
    """One question; what the record says is never shown, only compared."""

    key: str
    text: str | Promise
    hint: str | Promise
    truths: Callable[[Customer], list[str]]


def _birth_dates(customer: Customer) -> list[str]:
    born = customer.party.birth_date if customer.party else None
    return [f"{born:%Y%m%d}", f"{born:%d%m%Y}"] if born else []


def _postcodes(customer: Customer) -> list[str]:
    return [compact(str(one["postCode"])) for one in _addresses(customer) if one.get("postCode")]


def _addresses(customer: Customer) -> list[Mapping[str, Any]]:
    if customer.party is None:
        return []
    media = customer.party.contact_media.current().filter(type="address")
    return list(media.values_list("characteristic", flat=True)[:20])


def _account_tails(customer: Customer) -> list[str]:
    numbers = customer.accounts.values_list("number", flat=True)[:20]
    return [tail for one in numbers if len(tail := compact(one)[-_TAIL:]) == _TAIL]


def _products(customer: Customer) -> list[str]:
    names = customer.products.filter(status="active").values_list("name", flat=True)[:50]
    return [compact(one) for one in names]


QUESTIONS: Mapping[str, Question] = {
    one.key: one
    for one in (
        Question("birth-date", _("Date of birth"), _("As 31/12/1970 or 1970-12-31"), _birth_dates),
        Question("postcode", _("Postcode of their address"), "", _postcodes),
        Question(
            "account-tail", _("Last four characters of the account number"), "", _account_tails
        ),
        Question("product", _("Name of a product they have"), "", _products),
    )
}


def askable(customer: Customer) -> list[Question]:
    """The questions that the record of this customer can judge."""
    return [one for one in QUESTIONS.values() if one.truths(customer)]


def is_right(question: Question, customer: Customer, answer: str) -> bool:
    """Whether what the caller said is what stands in the record."""
    said = compact(answer)
    return len(said) >= _LEAST and said in question.truths(customer)
