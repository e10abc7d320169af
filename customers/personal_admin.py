"""Admin of personal data: gated, every look recorded, masked for whoever may not see people."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.audit.record import record_access
from crm.careful_admin import CarefulAdmin
from crm.read_only_admin import ReadOnlyAdmin
from crm.row_changes import Change
from customers import masking
from customers.models import Party
from customers.reads import find_customers

_PURPOSE = "administration"
_FOUND = 50
Masks = Mapping[str, Callable[[Any], str]]


def hidden(row: Any) -> str:
    """Shown in place of anything that says something about a person."""
    return masking.HIDDEN


def customer_name(customer: Any) -> str:
    return masking.name(customer.name, customer.number)


class _Looked(ChangeList):
    """A list whose rows were looked at, or masked."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        self.result_list: Any = rows
        self.model_admin.looked_at(request, rows, detail="list")  # type: ignore[attr-defined]  # only PersonalAdmin uses this list


class PersonalAdmin(CarefulAdmin):
    """What the subclass says: whom a row is about, how to find it, and what to mask.

    `masked` maps a path ("name", "party.name") to what stands there instead; `found_through` is
    the column that leads to the customer ("customer_id") or to the party ("party_id").
    """

    subject = "customer"
    subject_id = "customer_id"
    found_through = "customer_id"
    masked: ClassVar[Masks] = {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        actor = signed_in(request)
        if hasattr(rows, "visible_to"):
            return rows.visible_to(actor)  # type: ignore[no-any-return]  # a queryset of the model
        # Rows without a gate of their own are for those who see every customer.
        return rows if actor.has_perm("customers.view_all_customers") else rows.none()  # type: ignore[no-any-return]  # likewise

    def also_found(self, request: HttpRequest, text: str) -> Q:
        if not self.found_through:
            return Q(pk__in=[])
        return Q(**{f"{self.found_through}__in": self.found_ids(request, text)})

    def found_ids(self, request: HttpRequest, text: str) -> list[int]:
        """What the search box finds: the customers themselves, or the parties behind them."""
        found = find_customers(signed_in(request), text, _FOUND)
        customers = [one.customer_id for one in found]
        if self.subject != "party":
            return customers
        behind = Party.objects.filter(relationships__in=customers)
        return list(behind.values_list("pk", flat=True))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _Looked

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.looked_at(request, [row], detail="")
        return row

    def looked_at(self, request: HttpRequest, rows: Iterable[Any], *, detail: str) -> None:
        """Record the look of whoever sees people; mask the rows for everybody else."""
        actor = signed_in(request)
        if not masking.sees_people(actor):
            for row in rows:
                self._mask(row)
        elif request.method == "GET" and (ids := self._subjects(rows)):
            action = "search" if request.GET.get("q") else "view"
            record_access(
                actor=actor,
                action=action,
                subject=self.subject,
                ids=ids,
                purpose=_PURPOSE,
                detail=detail,
            )

    def _subjects(self, rows: Iterable[Any]) -> list[int]:
        named = (getattr(row, self.subject_id) for row in rows)
        return list(dict.fromkeys(pk for pk in named if pk is not None))

    def _mask(self, row: Any) -> None:
        for path, mask in self.masked.items():
            *way, name = path.split(".")
            owner = row
            for part in way:
                owner = getattr(owner, part, None)
            if owner is not None and getattr(owner, name) not in (None, ""):
                setattr(owner, name, mask(owner))

    def called(self, row: Any) -> str:
        # By its key: the text of a row may be a person's name.
        return f"{self.opts.verbose_name} {row.pk}"

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # What is masked on the way out must not be saved on the way in.
        return super().has_change_permission(request, obj) and masking.sees_people(
            signed_in(request)
        )

    def shown_changes(self, request: HttpRequest, row: Any) -> list[Change]:
        if masking.sees_people(signed_in(request)):
            return super().shown_changes(request, row)
        return [
            replace(change, before=masking.HIDDEN, after=masking.HIDDEN)
            for change in super().shown_changes(request, row)
        ]


class PersonalReadOnlyAdmin(PersonalAdmin, ReadOnlyAdmin):
    """Personal data that only processes change."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


OF_CUSTOMER: Masks = {"customer.name": customer_name}
OF_PARTY: Masks = {"party.name": hidden}


class OfCustomerAdmin(PersonalReadOnlyAdmin):
    """A row that belongs to a customer."""

    list_select_related: ClassVar[Any] = ("customer",)
    search_fields: ClassVar[Any] = ("pk__exact",)
    search_help_text = _("Customer, or id")
    ordering = ("-id",)
    masked: ClassVar[Masks] = OF_CUSTOMER

    def aggregate_of(self, row: Any) -> str:
        return f"customer:{row.customer_id}"


class OfPartyAdmin(PersonalReadOnlyAdmin):
    """A row that belongs to a party."""

    subject = "party"
    subject_id = found_through = "party_id"
    list_select_related: ClassVar[Any] = ("party",)
    search_fields: ClassVar[Any] = ("pk__exact",)
    search_help_text = _("Customer, or id")
    ordering = ("-id",)

    def aggregate_of(self, row: Any) -> str:
        return f"party:{row.party_id}"
