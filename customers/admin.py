"""Customer information for administrators: to find and to follow; changed through its processes."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.careful_admin import CarefulAdmin
from customers import (  # noqa: F401  # registering is the effect of the admin modules
    archive_admin,
    import_admin,
    masking,
    order_admin,
    party_admin,
    record_admin,
)
from customers.models import (
    Account,
    Agreement,
    AttributeDefinition,
    CallerCheck,
    ConsentPurpose,
    CustomerRole,
    Hold,
    Product,
    SearchToken,
)
from customers.personal_admin import (
    OF_CUSTOMER,
    OF_PARTY,
    Masks,
    OfCustomerAdmin,
    hidden,
)
from customers.processes.place_hold import release_hold


@admin.register(Account)
class AccountAdmin(OfCustomerAdmin):
    list_display = ("number", "customer", "payment_method", "paperless", "monthly_charge")
    search_fields = ("number__startswith", "pk__exact")


@admin.register(Agreement)
class AgreementAdmin(OfCustomerAdmin):
    list_display = ("name", "customer", "term", "sla_tier", "valid_from", "valid_to")


@admin.register(Product)
class ProductAdmin(OfCustomerAdmin):
    list_display = ("name", "customer", "kind", "service_number", "status", "valid_to")
    list_filter = ("status",)
    search_fields = ("service_number__startswith", "pk__exact")
    masked: ClassVar[Masks] = {**OF_CUSTOMER, "service_number": lambda one: masking.contact_point(
        "phone", one.service_number
    )}  # fmt: skip


@admin.register(Hold)
class HoldAdmin(OfCustomerAdmin):
    list_display = ("kind", "reference", "customer", "placed_at", "released_at")
    list_filter = (("released_at", admin.EmptyFieldListFilter),)
    actions = ("release",)
    masked: ClassVar[Masks] = {**OF_CUSTOMER, "reason": hidden}

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


@admin.register(CustomerRole)
class CustomerRoleAdmin(OfCustomerAdmin):
    list_display = ("id", "customer", "role", "party", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("customer", "party")
    masked: ClassVar[Masks] = {**OF_CUSTOMER, **OF_PARTY, "note": hidden}


@admin.register(CallerCheck)
class CallerCheckAdmin(OfCustomerAdmin):
    list_display = ("id", "customer", "method", "state", "level", "actor_name", "started_at")
    list_filter = ("method", "state")
    exclude = ("code_hash",)
    masked: ClassVar[Masks] = {**OF_CUSTOMER, "reference": hidden}


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


@admin.register(SearchToken)
class SearchTokenAdmin(OfCustomerAdmin):
    list_display = ("id", "token", "kind", "customer")
    search_fields = ("token__startswith",)
    masked: ClassVar[Masks] = {"token": hidden, **OF_CUSTOMER}

    def get_search_fields(self, request: HttpRequest) -> Any:
        # A masked word must not be confirmable by searching for it.
        return self.search_fields if masking.sees_people(signed_in(request)) else ("pk__exact",)
