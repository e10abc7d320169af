"""What is recorded about a party, for administrators: to find and to follow."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers import masking
from customers.models import (
    CommunicationNeed,
    Consent,
    ContactCheck,
    ContactMedium,
    Identifier,
    NumberMove,
    PartyRelationship,
)
from customers.personal_admin import (
    OF_PARTY,
    Masks,
    OfPartyAdmin,
    PersonalReadOnlyAdmin,
    hidden,
)


@admin.register(ContactMedium)
class ContactMediumAdmin(OfPartyAdmin):
    list_display = ("id", "type", "value", "party", "role", "preferred", "state", "valid_to")
    list_filter = ("type", "state")
    masked: ClassVar[Masks] = {
        "value": lambda one: masking.contact_point(one.type, one.value),
        "normalised": hidden,
        "reversed_digits": hidden,
        "characteristic": hidden,
        **OF_PARTY,
    }


@admin.register(CommunicationNeed)
class CommunicationNeedAdmin(OfPartyAdmin):
    list_display = ("topic", "party", "channel", "language", "quiet_from", "quiet_to")
    masked: ClassVar[Masks] = {"accessibility": hidden, **OF_PARTY}


@admin.register(Identifier)
class IdentifierAdmin(OfPartyAdmin):
    list_display = ("id", "kind", "issuer", "value", "party", "valid_from", "valid_to")
    list_filter = ("kind",)
    masked: ClassVar[Masks] = {"value": hidden, **OF_PARTY}


@admin.register(NumberMove)
class NumberMoveAdmin(OfPartyAdmin):
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
class PartyRelationshipAdmin(OfPartyAdmin):
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


@admin.register(Consent)
class ConsentAdmin(OfPartyAdmin):
    list_display = (
        "id", "party", "purpose", "channel", "given", "captured_at", "captured_by",
        "superseded_at",
    )  # fmt: skip
    list_filter = ("purpose", "given")
    list_select_related = ("party", "purpose")
    masked: ClassVar[Masks] = {"wording": hidden, **OF_PARTY}
