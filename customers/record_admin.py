"""Customers and parties for administrators: plain attributes are written by a process."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.errors import RuleBroken
from customers.models import (
    Customer,
    Party,
)
from customers.personal_admin import (
    Masks,
    PersonalAdmin,
    customer_name,
    hidden,
)
from customers.processes.terminate_relationship import terminate_relationship
from customers.processes.update_information import update_customer, update_party

_TRIGGER = "back-office-cleansing"


class _RecordForm(ModelForm[Any]):
    """Carries the revision that was read, and shows what the process refused."""

    refused: RuleBroken | None = None
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_revision"].initial = self.instance.revision

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refused is not None:
            beside = self.refused.field if self.refused.field in self.fields else None
            self.add_error(beside, self.refused.message)
        return cleaned


class _RecordAdmin(PersonalAdmin):
    """A record whose plain attributes are written by a process, whole or not at all."""

    form = _RecordForm
    plain: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*(field.name for field in self.opts.concrete_fields), "seen_revision"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [field.name for field in self.opts.concrete_fields if field.name not in self.plain]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.refused = getattr(request, "rule_broken", None)
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except RuleBroken as broken:
            # All of it was taken back; the form comes again with what was typed and the reason.
            request.rule_broken = broken  # type: ignore[attr-defined]  # read by get_form
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.write(
            request,
            obj.pk,
            {
                (f"{name}_id" if name == "care_team" else name): getattr(obj, self._column(name))
                for name in form.changed_data
                if name in self.plain
            },
            form.cleaned_data["seen_revision"],
        )

    def _column(self, name: str) -> str:
        return str(self.opts.get_field(name).attname)  # type: ignore[union-attr]  # plain columns only

    def write(
        self, request: HttpRequest, pk: int, changes: dict[str, Any], revision: int | None
    ) -> None:
        """Hand the changes to the process."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Recording somebody new asks more than one table; it has a page of its own.
        return False


class _EndForm(ActionForm):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "—"), *Customer.EndReason.choices], required=False
    )
    stop_services = forms.BooleanField(label=_("Running services stop with it"), required=False)


@admin.register(Customer)
class CustomerAdmin(_RecordAdmin):
    list_display = ("number", "name", "type", "status", "care_team", "since", "ended_at")
    list_filter = ("status", "type")
    list_select_related = ("care_team",)
    search_fields = ("pk__exact", "public_id__exact")
    search_help_text = _("Name, number, phone, e-mail or the start of one; id")
    ordering = ("-id",)
    autocomplete_fields = ("care_team",)
    action_form = _EndForm
    actions = ("terminate",)
    subject_id = found_through = "pk"
    plain = (
        "name", "type", "segment", "status_as_given", "status_reason", "since", "care_team",
        "care_note",
    )  # fmt: skip
    masked: ClassVar[Masks] = {
        "party.name": hidden,
        "care_note": hidden,
        "status_reason": hidden,
        "characteristics": hidden,
        "as_given": hidden,
        "name": customer_name,
    }

    def aggregate_of(self, row: Any) -> str:
        return f"customer:{row.pk}"

    def write(
        self, request: HttpRequest, pk: int, changes: dict[str, Any], revision: int | None
    ) -> None:
        update_customer(
            customer_id=pk,
            changes=changes,
            expected_revision=revision,
            trigger=_TRIGGER,
            actor=signed_in(request),
        )

    @admin.action(description=_("End the relationship for the reason"), permissions=["terminate"])
    def terminate(self, request: HttpRequest, queryset: QuerySet[Customer]) -> None:
        actor, reason = signed_in(request), request.POST.get("reason", "")
        stop_services = "stop_services" in request.POST
        self.attempt(
            request,
            queryset,
            lambda one: terminate_relationship(
                customer_id=one.pk, reason=reason, stop_services=stop_services, actor=actor
            ),
        )

    def has_terminate_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("customers.terminate_relationship")


@admin.register(Party)
class PartyAdmin(_RecordAdmin):
    list_display = ("id", "name", "kind", "status", "language", "source")
    list_filter = ("kind", "status")
    search_fields = ("pk__exact", "public_id__exact")
    search_help_text = _("Name, number, phone or e-mail of a customer; id")
    ordering = ("-id",)
    subject = "party"
    subject_id = found_through = "pk"
    plain = (
        "name", "given_name", "middle_name", "family_name", "preferred_name", "title", "gender",
        "birth_date", "death_date", "nationality", "marital_status", "trading_name",
        "organization_type", "language",
    )  # fmt: skip
    masked: ClassVar[Masks] = dict.fromkeys((*plain, "as_given"), hidden)

    def aggregate_of(self, row: Any) -> str:
        return f"party:{row.pk}"

    def write(
        self, request: HttpRequest, pk: int, changes: dict[str, Any], revision: int | None
    ) -> None:
        update_party(
            party_id=pk,
            changes=changes,
            expected_revision=revision,
            trigger=_TRIGGER,
            actor=signed_in(request),
        )
