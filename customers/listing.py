"""Lists of customers: who is on one, in which order, with which columns.

One meaning for the page, for a change of many and for a file: what is shown is what is meant.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import sql
from crm.access import Actor
from crm.accounts.models import Team
from crm.errors import RuleBroken
from crm.web import words
from customers import masking
from customers.finding import find_customers
from customers.models import Customer

_SEARCHED = 200
_LONGEST = 80
LONGEST_QUERY = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, and what it says of a customer; `clear` shows people by name."""

    key: str
    label: str | Promise
    says: Callable[[Customer, bool], Any]


def _name(customer: Customer, clear: bool) -> str:
    return customer.name if clear else masking.name(customer.name, customer.number)


COLUMNS: Mapping[str, Column] = {
    column.key: column
    for column in (
        Column("name", _("Customer"), _name),
        Column("number", _("Number"), lambda customer, _clear: customer.number),
        Column("type", _("Type"), lambda customer, _clear: customer.get_type_display()),
        Column("status", _("Status"), lambda customer, _clear: customer.get_status_display()),
        Column("segment", _("Segment"), lambda customer, _clear: customer.segment),
        Column("team", _("Team"), lambda customer, _clear: customer.care_team or ""),
        Column("since", _("Customer since"), lambda customer, _clear: customer.since),
        Column("care", _("Handle with care"), lambda customer, _clear: customer.care_note),
        Column("source", _("Source"), lambda customer, _clear: customer.source),
        Column("recorded", _("Recorded"), lambda customer, _clear: customer.created_at),
        Column("changed", _("Changed"), lambda customer, _clear: customer.updated_at),
    )
}
ALWAYS = "name"
USUAL = ("name", "number", "type", "status", "segment", "team", "recorded")

# Each order is walked by an index and ends with the key, so that no page repeats a row.
ORDERS: Mapping[str, tuple[str, str | Promise]] = {
    "newest": ("-id", _("Newest first")),
    "oldest": ("id", _("Oldest first")),
    "name": ("name", _("By name")),
    "number": ("number", _("By number")),
}


class CustomerFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """What can narrow a list; every choice stands in the address."""

    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Customer.Status, empty_label=_("Any status")
    )
    type = django_filters.ChoiceFilter(
        label=_("Type"), choices=Customer.Type, empty_label=_("Any type")
    )
    segment = django_filters.ChoiceFilter(
        label=_("Segment"),
        choices=lambda: [(name, words.plain(name)) for name in segments_in_use()],
        empty_label=_("Any segment"),
    )
    team = django_filters.ModelChoiceFilter(
        field_name="care_team",
        label=_("Team"),
        queryset=Team.objects.all(),
        empty_label=_("Any team"),
    )
    since = django_filters.DateFilter(
        label=_("Customer since, from"),
        method="recorded_from",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        label=_("until before"),
        method="recorded_until",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    care = django_filters.BooleanFilter(
        label=_("Handle with care"),
        method="with_care",
        widget=forms.CheckboxInput,
    )

    class Meta:
        model = Customer
        fields = ("status", "type", "segment", "team", "since", "until", "care")

    def recorded_from(self, asked: QuerySet[Customer], _name: str, day: date) -> QuerySet[Customer]:
        return asked.filter(since__gte=_midnight(day))

    def recorded_until(
        self, asked: QuerySet[Customer], _name: str, day: date
    ) -> QuerySet[Customer]:
        return asked.filter(since__lt=_midnight(day))

    def with_care(self, asked: QuerySet[Customer], _name: str, only: bool) -> QuerySet[Customer]:
        return asked.exclude(care_note="") if only else asked


@dataclass(frozen=True, slots=True)
class Wish:
    """What an address or a kept list asks for; nothing said is every customer."""

    said: Mapping[str, str]

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self:
        """Read an address; what it says wrongly is left out."""
        said = {name: _clean(asked.get(name, "")) for name in (*CustomerFilter.base_filters, "q")}
        wrong = CustomerFilter(said, queryset=Customer.objects.none()).form.errors
        order = asked.get("order", "")
        said["order"] = order if order in ORDERS and order != "newest" else ""
        return cls({name: text for name, text in said.items() if text and name not in wrong})

    @property
    def query(self) -> str:
        """The same wish as an address, always in the same words."""
        return urlencode(sorted(self.said.items()))

    @property
    def kept(self) -> str:
        """The address to be kept; RuleBroken when it is too long, for half of it means more."""
        if len(self.query) > LONGEST_QUERY:
            raise RuleBroken(
                "too-many-words",
                gettext("These filters are too long to be kept. Search for less text."),
                field="purpose",
                kind="invalid",
            )
        return self.query

    @property
    def text(self) -> str:
        return self.said.get("q", "")

    @property
    def order(self) -> str:
        return self.said.get("order", "newest")

    @property
    def narrow(self) -> bool:
        return bool(set(self.said) - {"order"})

    def filter(self, actor: Actor) -> CustomerFilter:
        """The filter form of this wish over everybody the actor may see and the text finds."""
        seen = Customer.objects.visible_to(actor)
        if self.text:
            found = find_customers(actor, self.text, _SEARCHED)
            seen = seen.filter(pk__in=[one.customer_id for one in found])
        return CustomerFilter(self.said, queryset=seen)

    def customers(self, actor: Actor) -> QuerySet[Customer]:
        """Everybody on the list whom the actor may see, in no order yet."""
        found: QuerySet[Customer] = self.filter(actor).qs
        return found

    def in_order(self, asked: QuerySet[Customer], after: Customer | None) -> QuerySet[Customer]:
        """In the order asked for, behind the row a page ended with: depth costs nothing."""
        key = ORDERS[self.order][0]
        name = key.lstrip("-")
        if after is not None and name == "id":
            asked = asked.filter(**{"pk__lt" if key.startswith("-") else "pk__gt": after.pk})
        elif after is not None:
            value = getattr(after, name)
            same = {name: value, "pk__lte": after.pk}
            asked = asked.filter(**{f"{name}__gte": value}).exclude(**same)
        return asked.order_by(key) if name == "id" else asked.order_by(key, "id")


def chosen_columns(keys: Iterable[str]) -> list[Column]:
    """The columns of these names, in the order of the catalogue; the name is always there."""
    wanted = set(keys) & set(COLUMNS) or set(USUAL)
    return [column for key, column in COLUMNS.items() if key in wanted | {ALWAYS}]


def said_of(
    customer: Customer, columns: Sequence[Column], *, clear: bool
) -> Iterator[tuple[Column, Any]]:
    """What each column says of a customer."""
    for column in columns:
        yield column, column.says(customer, clear)


def segments_in_use() -> list[str]:
    """Every segment some customer stands in, at the cost of one index step each."""
    return [row["segment"] for row in sql.rows("customers/segments_in_use.sql")]


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:_LONGEST]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  made aware
