"""Customer information for administrators: to find and to follow; changed through its processes."""

from typing import Any, ClassVar

from celery import current_app
from celery.exceptions import OperationalError
from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.careful_admin import CarefulAdmin, among
from crm.errors import RuleBroken
from crm.read_only_admin import ReadOnlyAdmin
from customers import archivable, masking, order_admin  # noqa: F401  # registering is its effect
from customers.models import (
    Account,
    Agreement,
    ArchivedRecord,
    ArchiveFile,
    ArchiveRun,
    AttributeDefinition,
    CallerCheck,
    CommunicationNeed,
    Consent,
    ConsentPurpose,
    ContactCheck,
    ContactMedium,
    Customer,
    CustomerRole,
    Hold,
    Identifier,
    ImportChange,
    ImportedRecord,
    ImportKept,
    ImportMapping,
    ImportProblem,
    ImportRun,
    NumberMove,
    Party,
    PartyRelationship,
    Product,
    SearchToken,
)
from customers.personal_admin import (
    Masks,
    PersonalAdmin,
    PersonalReadOnlyAdmin,
    customer_name,
    hidden,
)
from customers.processes import archive_information
from customers.processes.import_customers import KIND
from customers.processes.place_hold import release_hold
from customers.processes.terminate_relationship import terminate_relationship
from customers.processes.update_information import update_customer, update_party

_TRIGGER = "back-office-cleansing"
_OF_CUSTOMER: Masks = {"customer.name": customer_name}
_OF_PARTY: Masks = {"party.name": hidden}


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


class _OfCustomerAdmin(PersonalReadOnlyAdmin):
    list_select_related: ClassVar[Any] = ("customer",)
    search_fields: ClassVar[Any] = ("pk__exact",)
    search_help_text = _("Customer, or id")
    ordering = ("-id",)
    masked: ClassVar[Masks] = _OF_CUSTOMER

    def aggregate_of(self, row: Any) -> str:
        return f"customer:{row.customer_id}"


class _OfPartyAdmin(PersonalReadOnlyAdmin):
    subject = "party"
    subject_id = found_through = "party_id"
    list_select_related: ClassVar[Any] = ("party",)
    search_fields: ClassVar[Any] = ("pk__exact",)
    search_help_text = _("Customer, or id")
    ordering = ("-id",)

    def aggregate_of(self, row: Any) -> str:
        return f"party:{row.party_id}"


@admin.register(Account)
class AccountAdmin(_OfCustomerAdmin):
    list_display = ("number", "customer", "payment_method", "paperless", "monthly_charge")
    search_fields = ("number__startswith", "pk__exact")


@admin.register(Agreement)
class AgreementAdmin(_OfCustomerAdmin):
    list_display = ("name", "customer", "term", "sla_tier", "valid_from", "valid_to")


@admin.register(Product)
class ProductAdmin(_OfCustomerAdmin):
    list_display = ("name", "customer", "kind", "service_number", "status", "valid_to")
    list_filter = ("status",)
    search_fields = ("service_number__startswith", "pk__exact")
    masked: ClassVar[Masks] = {**_OF_CUSTOMER, "service_number": lambda one: masking.contact_point(
        "phone", one.service_number
    )}  # fmt: skip


@admin.register(Hold)
class HoldAdmin(_OfCustomerAdmin):
    list_display = ("kind", "reference", "customer", "placed_at", "released_at")
    list_filter = (("released_at", admin.EmptyFieldListFilter),)
    actions = ("release",)
    masked: ClassVar[Masks] = {**_OF_CUSTOMER, "reason": hidden}

    @admin.action(description=_("Release"), permissions=["release"])
    def release(self, request: HttpRequest, queryset: QuerySet[Hold]) -> None:
        actor = signed_in(request)
        self.attempt(
            request,
            queryset,
            lambda hold: release_hold(
                customer_id=hold.customer_id,
                kind=hold.kind,
                reference=hold.reference,
                actor=actor,
            ),
        )

    def has_release_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("customers.archive_information")


@admin.register(ContactMedium)
class ContactMediumAdmin(_OfPartyAdmin):
    list_display = ("id", "type", "value", "party", "role", "preferred", "state", "valid_to")
    list_filter = ("type", "state")
    masked: ClassVar[Masks] = {
        "value": lambda one: masking.contact_point(one.type, one.value),
        "normalised": hidden,
        "reversed_digits": hidden,
        "characteristic": hidden,
        **_OF_PARTY,
    }


@admin.register(CommunicationNeed)
class CommunicationNeedAdmin(_OfPartyAdmin):
    list_display = ("topic", "party", "channel", "language", "quiet_from", "quiet_to")
    masked: ClassVar[Masks] = {"accessibility": hidden, **_OF_PARTY}


@admin.register(Identifier)
class IdentifierAdmin(_OfPartyAdmin):
    list_display = ("id", "kind", "issuer", "value", "party", "valid_from", "valid_to")
    list_filter = ("kind",)
    masked: ClassVar[Masks] = {"value": hidden, **_OF_PARTY}


@admin.register(NumberMove)
class NumberMoveAdmin(_OfPartyAdmin):
    list_display = ("id", "kind", "value", "target", "at", "undone_at")
    list_filter = ("kind",)
    list_select_related = ("origin", "target", "given")
    subject_id = found_through = "target_id"
    masked: ClassVar[Masks] = {
        "value": hidden,
        "ended": hidden,
        "begun": hidden,
        "reason": hidden,
        "undone_because": hidden,
        "origin.name": hidden,
        "target.name": hidden,
        "given.value": hidden,
    }

    def also_found(self, request: HttpRequest, text: str) -> Q:
        parties = self.found_ids(request, text)
        return Q(origin_id__in=parties) | Q(target_id__in=parties)

    def aggregate_of(self, row: Any) -> str:
        return f"party:{row.target_id}"


@admin.register(PartyRelationship)
class PartyRelationshipAdmin(_OfPartyAdmin):
    list_display = ("id", "source", "kind", "target", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("source", "target")
    subject_id = found_through = "source_id"
    masked: ClassVar[Masks] = {"note": hidden, "source.name": hidden, "target.name": hidden}

    def also_found(self, request: HttpRequest, text: str) -> Q:
        parties = self.found_ids(request, text)
        return Q(source_id__in=parties) | Q(target_id__in=parties)

    def aggregate_of(self, row: Any) -> str:
        return f"party:{row.source_id}"


@admin.register(CustomerRole)
class CustomerRoleAdmin(_OfCustomerAdmin):
    list_display = ("id", "customer", "role", "party", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("customer", "party")
    masked: ClassVar[Masks] = {**_OF_CUSTOMER, **_OF_PARTY, "note": hidden}


@admin.register(CallerCheck)
class CallerCheckAdmin(_OfCustomerAdmin):
    list_display = ("id", "customer", "method", "state", "level", "actor_name", "started_at")
    list_filter = ("method", "state")
    exclude = ("code_hash",)
    masked: ClassVar[Masks] = {**_OF_CUSTOMER, "reference": hidden}


@admin.register(ContactCheck)
class ContactCheckAdmin(PersonalReadOnlyAdmin):
    list_display = ("id", "medium_id", "method", "state", "actor_name", "started_at")
    list_filter = ("method", "state")
    search_fields = ("pk__exact", "medium_id__exact")
    search_help_text = _("Id of the check or of the contact point")
    ordering = ("-id",)
    exclude = ("code_hash",)
    subject, subject_id, found_through = "contact point", "medium_id", ""
    list_select_related = ("medium",)
    masked: ClassVar[Masks] = {
        "reference": hidden,
        "medium.value": lambda medium: masking.contact_point(medium.type, medium.value),
    }


@admin.register(AttributeDefinition)
class AttributeDefinitionAdmin(CarefulAdmin):
    """Attributes of customers: made, changed and retired here, in force with the next request."""

    list_display = ("key", "label", "customer_type", "value_type", "required", "retired_at")
    list_filter = ("customer_type", "value_type", ("retired_at", admin.EmptyFieldListFilter))
    search_fields = ("key__startswith",)
    ordering = ("order", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Values stand under the key, in the type they were given.
        return ("key", "value_type", "created_at") if obj else ("created_at",)


@admin.register(ConsentPurpose)
class ConsentPurposeAdmin(CarefulAdmin):
    list_display = ("key", "name", "basis", "allowed_by_default")
    search_fields = ("key__startswith",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Consents were given for what the key means.
        return ("key",) if obj else ()


@admin.register(Consent)
class ConsentAdmin(_OfPartyAdmin):
    list_display = (
        "id", "party", "purpose", "channel", "given", "captured_at", "captured_by",
        "superseded_at",
    )  # fmt: skip
    list_filter = ("purpose", "given")
    list_select_related = ("party", "purpose")
    masked: ClassVar[Masks] = {"wording": hidden, **_OF_PARTY}


@admin.register(SearchToken)
class SearchTokenAdmin(_OfCustomerAdmin):
    list_display = ("id", "token", "kind", "customer")
    search_fields = ("token__startswith",)
    masked: ClassVar[Masks] = {"token": hidden, **_OF_CUSTOMER}

    def get_search_fields(self, request: HttpRequest) -> Any:
        # A masked word must not be confirmable by searching for it.
        return self.search_fields if masking.sees_people(signed_in(request)) else ("pk__exact",)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "file_name", "kind", "state", "total", "created", "updated", "failed", "by",
        "started_at", "finished_at",
    )  # fmt: skip
    list_filter = ("kind", "state")
    list_select_related = ("by",)
    search_fields = ("pk__exact", "public_id__exact")
    ordering = ("-id",)
    actions = ("resume",)

    @admin.action(description=_("Go on with the import"), permissions=["import"])
    def resume(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> None:
        actor = signed_in(request)
        self.attempt(request, queryset, lambda run: _resume(run, actor.pk))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("customers.import_customers")


def _resume(run: ImportRun, user_id: int | None) -> None:
    """A second worker goes on where the first one stopped; rows that are in stay as they are."""
    cut_off = {ImportRun.State.RUNNING, ImportRun.State.FAILED}
    if run.kind != KIND or run.state not in cut_off or not run.path:
        raise RuleBroken(
            "not-cut-off", str(_("Only an import of customers that was cut off goes on."))
        )
    try:
        current_app.send_task("customers.tasks.take_in_file", args=[run.pk, user_id], retry=False)
    except OperationalError as problem:
        raise RuleBroken(
            "no-workers",
            str(_("The workers cannot be reached. Nothing was lost; try again later.")),
        ) from problem


@admin.register(ImportedRecord)
class ImportedRecordAdmin(PersonalReadOnlyAdmin):
    list_display = ("id", "run", "line", "customer_id")
    list_select_related = ("run",)
    search_fields = ("run_id__exact", "pk__exact")
    search_help_text = _("Customer, or id of the import")
    ordering = ("-id",)
    masked: ClassVar[Masks] = {"row": hidden}


@admin.register(ImportProblem)
class ImportProblemAdmin(PersonalReadOnlyAdmin):
    list_display = ("id", "run", "line", "column", "value", "reason")
    list_select_related = ("run",)
    search_fields = ("run_id__exact", "pk__exact")
    search_help_text = _("Id of the import")
    ordering = ("-id",)
    subject, subject_id, found_through = "import", "run_id", ""
    masked: ClassVar[Masks] = {"value": hidden, "row": hidden, "reason": hidden}


@admin.register(ImportChange)
class ImportChangeAdmin(ReadOnlyAdmin):
    list_display = ("id", "run", "customer_id", "table", "row_id", "how")
    list_select_related = ("run",)
    search_fields = ("run_id__exact", "pk__exact")
    search_help_text = _("Id of the import")
    ordering = ("-id",)


@admin.register(ImportKept)
class ImportKeptAdmin(ReadOnlyAdmin):
    list_display = ("id", "run", "line", "customer_id", "outcome", "reason")
    list_filter = ("outcome",)
    list_select_related = ("run",)
    search_fields = ("run_id__exact", "pk__exact")
    search_help_text = _("Id of the import")
    ordering = ("-id",)


@admin.register(ImportMapping)
class ImportMappingAdmin(ReadOnlyAdmin):
    list_display = ("id", "name", "by", "saved_at")
    list_select_related = ("by",)
    ordering = ("name",)


def _data_classes() -> list[tuple[str, Any]]:
    return [(one.key, one.key) for one in archivable.registered()]


@admin.register(ArchiveRun)
class ArchiveRunAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "data_class", "capability_version", "started_at", "finished_at", "archived", "held",
    )  # fmt: skip
    list_filter = ("data_class",)
    list_select_related = ("capability_version__slot",)
    search_fields = ("pk__exact",)
    ordering = ("-id",)


@admin.register(ArchiveFile)
class ArchiveFileAdmin(ReadOnlyAdmin):
    list_display = ("id", "path", "run", "rows", "sealed_at")
    list_select_related = ("run",)
    search_fields = ("path__startswith", "run_id__exact")
    ordering = ("-id",)


@admin.register(ArchivedRecord)
class ArchivedRecordAdmin(PersonalReadOnlyAdmin):
    list_display = (
        "id", "data_class", "label", "customer_id", "happened_at", "archived_at", "restored_at",
        "capability_version",
    )  # fmt: skip
    list_filter = (among("data_class", _("data class"), _data_classes),)
    list_select_related = ("file", "capability_version__slot")
    search_fields = ("pk__exact", "file_id__exact")
    search_help_text = _("Customer, or id")
    ordering = ("-id",)
    actions = ("restore",)
    masked: ClassVar[Masks] = {"label": hidden}

    def aggregate_of(self, row: Any) -> str:
        return f"customer:{row.customer_id}" if row.customer_id else ""

    @admin.action(description=_("Bring back"), permissions=["restore"])
    def restore(self, request: HttpRequest, queryset: QuerySet[ArchivedRecord]) -> None:
        actor = signed_in(request)
        self.attempt(
            request,
            queryset,
            lambda one: archive_information.restore(record_id=one.pk, actor=actor),
        )

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("customers.archive_information")
