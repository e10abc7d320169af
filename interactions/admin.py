"""Interactions for administrators: everything to read, state changed only by the processes."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.careful_admin import CarefulAdmin, among
from crm.read_only_admin import ReadOnlyAdmin
from customers import masking
from customers.personal_admin import Masks, PersonalReadOnlyAdmin, customer_name, hidden
from interactions.governed import CLOSE_POLICY
from interactions.governed.channels import CHANNELS
from interactions.macros import BLANKS, EFFECTS, check_effects, check_text
from interactions.models import (
    AgentProfile,
    ArmedClock,
    AssistRequest,
    Availability,
    Batch,
    Call,
    CarrierState,
    ClockMove,
    Commitment,
    FollowUp,
    Improvement,
    Inbound,
    Interaction,
    InteractionEvent,
    InteractionLink,
    Macro,
    MacroText,
    MacroVersion,
    MailboxCursor,
    Message,
    OwnField,
    Participant,
    QueuePace,
    Reason,
    ResponseRequest,
    SlaClock,
    StageNotice,
    Tag,
    TimelineSeal,
)
from interactions.processes.apply_macro import version_of
from interactions.processes.close_interaction import cancel, close, complete, reopen
from interactions.processes.keep_tags import KEEP, bring_back_tag, merge_tags, retire_tag
from interactions.processes.notify_customer import send_again
from interactions.processes.track_interaction import fire_now
from interactions.processes.update_interaction import take
from readiness.registry.resolve import CapabilityOff, resolve

_CHANNEL = among("channel", _("channel"), CHANNELS.items)
_NUMBER = re.compile(r"\d{1,18}")


class _ShownInside(admin.TabularInline[Any, Any]):
    """Rows shown on the page of what they belong to, never edited there."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _Events(_ShownInside):
    model = InteractionEvent
    fields = ("seq", "type", "occurred_at", "actor_name", "channel", "data")
    ordering = ("seq",)
    show_change_link = False


class _Clocks(_ShownInside):
    model = SlaClock
    fields = ("target", "cycle", "state", "due_at", "stopped_at", "commitment_no", "rule")


class _Messages(_ShownInside):
    model = Message
    fk_name = "interaction"
    fields = ("kind", "direction", "channel", "state", "author_name", "created_at", "sent_at")


class _Commitments(_ShownInside):
    model = Commitment
    fields = ("number", "due_at", "origin", "reason", "outcome", "notice")
    raw_id_fields = ("notice",)


class _Stages(_ShownInside):
    model = StageNotice
    fields = ("commitment_no", "stage", "fired_at", "superseded")


class _ActingAdmin(PersonalReadOnlyAdmin):
    """Actions call a process for each chosen row and say what came of it."""

    subject = "interaction"
    subject_id = "interaction_id"
    found_through = ""
    search_fields: ClassVar[Any] = ("pk__exact", "interaction_id__exact")
    search_help_text = _("Id, or number of the interaction")

    def each(
        self, request: HttpRequest, chosen: QuerySet[Any], step: Callable[[int], object]
    ) -> None:
        self.attempt(request, chosen, lambda one: step(one.pk))

    def aggregate_of(self, row: Any) -> str:
        return f"interaction:{getattr(row, self.subject_id)}"

    def has_update_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("interactions.update_interaction")

    def has_close_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("interactions.close_interaction")


class _EndingForm(ActionForm):
    """What completing and closing ask; the closing policy has the last word."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=lambda: _choices("outcomes"), required=False
    )
    informed_by = forms.ChoiceField(
        label=_("Customer told by"), choices=lambda: _choices("informed_by"), required=False
    )


def _choices(what: str) -> list[tuple[str, str]]:
    try:
        offered = resolve(CLOSE_POLICY.key).config[what]
    except CapabilityOff:
        offered = []
    return [("", "—"), *((one, one) for one in offered)]


@admin.register(Interaction)
class InteractionAdmin(_ActingAdmin):
    list_display = ("reference", "subject", "status", "channel", "owner", "due_next_at", "source")
    list_filter = ("status", _CHANNEL, "direction")
    list_select_related = ("owner",)
    search_fields = ("pk__exact", "public_id__exact")
    search_help_text = _("Customer, number of the interaction (INT-…), or id")
    ordering = ("-id",)
    inlines = (_Clocks, _Messages, _Events)
    action_form = _EndingForm
    actions = (
        "take_over",
        "complete_with_outcome",
        "close_as_told",
        "reopen_again",
        "cancel_as_mistake",
    )
    subject_id = "pk"
    found_through = "customer_id"
    masked: ClassVar[Masks] = {
        "customer.name": customer_name,
        "subject": hidden,
        "description": hidden,
        "outcome_note": hidden,
        "as_given": hidden,
        "characteristics": hidden,
    }

    def also_found(self, request: HttpRequest, text: str) -> Q:
        said = "".join(text.upper().removeprefix("INT-").split())
        by_number = Q(pk=int(said)) if _NUMBER.fullmatch(said) else Q(pk__in=[])
        return super().also_found(request, text) | by_number

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        # What was said shows only to whoever may see people; it has no masked form.
        clear = masking.sees_people(signed_in(request))
        return [
            inline
            for inline in super().get_inline_instances(request, obj)
            if clear or not isinstance(inline, _Events)
        ]

    @admin.action(description=_("Take over"), permissions=["update"])
    def take_over(self, request: HttpRequest, queryset: QuerySet[Interaction]) -> None:
        actor = signed_in(request)
        self.each(request, queryset, lambda pk: take(interaction_id=pk, actor=actor))

    @admin.action(description=_("Complete with the outcome"), permissions=["close"])
    def complete_with_outcome(self, request: HttpRequest, queryset: QuerySet[Interaction]) -> None:
        actor, outcome = signed_in(request), request.POST.get("outcome", "")
        self.each(
            request,
            queryset,
            lambda pk: complete(interaction_id=pk, outcome=outcome, actor=actor),
        )

    @admin.action(description=_("Close, the customer knows"), permissions=["close"])
    def close_as_told(self, request: HttpRequest, queryset: QuerySet[Interaction]) -> None:
        actor, informed_by = signed_in(request), request.POST.get("informed_by", "")
        self.each(
            request,
            queryset,
            lambda pk: close(interaction_id=pk, informed_by=informed_by, actor=actor),
        )

    @admin.action(description=_("Reopen"), permissions=["close"])
    def reopen_again(self, request: HttpRequest, queryset: QuerySet[Interaction]) -> None:
        actor, reason = signed_in(request), str(_("Reopened in admin."))
        self.each(
            request, queryset, lambda pk: reopen(interaction_id=pk, reason=reason, actor=actor)
        )

    @admin.action(description=_("Cancel as a mistake"), permissions=["close"])
    def cancel_as_mistake(self, request: HttpRequest, queryset: QuerySet[Interaction]) -> None:
        actor, reason = signed_in(request), str(_("Cancelled in admin."))
        self.each(
            request, queryset, lambda pk: cancel(interaction_id=pk, reason=reason, actor=actor)
        )


@admin.register(Reason)
class ReasonAdmin(CarefulAdmin):
    list_display = ("key", "name", "vertical", "active")
    list_filter = ("vertical", "active")
    search_fields = ("key__startswith", "name__icontains")

    def get_readonly_fields(self, request: HttpRequest, obj: Reason | None = None) -> Any:
        # What was logged under a reason keeps it.
        return ("key",) if obj else ()


class _MergeForm(ActionForm):
    """Which tag the chosen ones are read as."""

    merge_into = forms.ModelChoiceField(Tag.objects.in_use(), label=_("Merge into"), required=False)


@admin.register(Tag)
class TagAdmin(CarefulAdmin):
    """The list of tags. A better word is a new tag that the old one is merged into."""

    list_display = ("name", "merged_into", "retired_at", "coined_by", "coined_at")
    list_filter = (("retired_at", admin.EmptyFieldListFilter),)
    list_select_related = ("merged_into",)
    search_fields = ("name__istartswith",)
    fields = ("name", "coined_by", "coined_at", "retired_at", "merged_into")
    action_form = _MergeForm
    actions = ("retire", "bring_back", "merge")

    def get_readonly_fields(self, request: HttpRequest, obj: Tag | None = None) -> Any:
        return self.fields if obj else self.fields[1:]

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        obj.coined_by = obj.coined_by or signed_in(request).name
        super().save_model(request, obj, form, change)

    def has_keep_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm(KEEP)

    @admin.action(description=_("Retire"), permissions=["keep"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        actor = signed_in(request)
        self.attempt(request, queryset, lambda one: retire_tag(tag_id=one.pk, actor=actor))

    @admin.action(description=_("Use again, alone"), permissions=["keep"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        actor = signed_in(request)
        self.attempt(request, queryset, lambda one: bring_back_tag(tag_id=one.pk, actor=actor))

    @admin.action(description=_("Merge into the tag named"), permissions=["keep"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        actor, said = signed_in(request), request.POST.get("merge_into", "")
        target = int(said) if _NUMBER.fullmatch(said) else 0
        self.attempt(
            request,
            queryset,
            lambda one: merge_tags(source_id=one.pk, target_id=target, actor=actor),
        )


@admin.register(OwnField)
class OwnFieldAdmin(CarefulAdmin):
    """Fields of interactions: made, changed and retired here, in force with the next request."""

    list_display = ("key", "label", "vertical", "reason", "value_type", "required", "retired_at")
    list_filter = ("vertical", "value_type", ("retired_at", admin.EmptyFieldListFilter))
    list_select_related = ("reason",)
    search_fields = ("key__startswith",)
    ordering = ("order", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Values stand under the key, in the type they were given.
        return ("key", "value_type", "created_at") if obj else ("created_at",)


@admin.register(InteractionEvent)
class InteractionEventAdmin(_ActingAdmin):
    masked: ClassVar[Masks] = {"data": hidden, "interaction.subject": hidden}
    list_display = ("interaction", "seq", "type", "occurred_at", "recorded_at", "actor_name")
    list_select_related = ("interaction",)
    ordering = ("-id",)


@admin.register(SlaClock)
class SlaClockAdmin(_ActingAdmin):
    list_display = ("interaction", "target", "cycle", "state", "due_at", "stopped_at", "rule")
    list_filter = ("state", "target")
    list_select_related = ("interaction",)
    ordering = ("-id",)
    inlines = (_Commitments, _Stages)


@admin.register(ArmedClock)
class ArmedClockAdmin(ReadOnlyAdmin):
    list_display = ("clock", "stage", "next_fire_at")
    list_select_related = ("clock",)
    search_fields = ("pk__exact", "clock__interaction_id__exact")
    ordering = ("next_fire_at",)
    actions = ("try_now",)

    @admin.action(description=_("Try at the next tick"), permissions=["update"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[ArmedClock]) -> None:
        actor, now = signed_in(request), timezone.now()
        self.attempt(request, queryset, lambda one: fire_now(clock_id=one.pk, now=now, actor=actor))

    def has_update_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("interactions.update_interaction")


@admin.register(Message)
class MessageAdmin(_ActingAdmin):
    masked: ClassVar[Masks] = {"recipient": hidden, "subject": hidden, "body": hidden}
    list_display = (
        "interaction",
        "kind",
        "channel",
        "state",
        "attempts",
        "available_at",
        "sent_at",
    )
    list_filter = ("state", "kind", _CHANNEL)
    list_select_related = ("interaction",)
    ordering = ("-id",)
    actions = ("send_once_more",)

    @admin.action(description=_("Send again what failed"), permissions=["update"])
    def send_once_more(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        actor = signed_in(request)
        self.each(request, queryset, lambda pk: send_again(message_id=pk, actor=actor))


@admin.register(ResponseRequest)
class ResponseRequestAdmin(_ActingAdmin):
    masked: ClassVar[Masks] = {"question": hidden}
    list_display = ("interaction", "question", "state", "due_at", "on_silence", "answered_at")
    list_filter = ("state", "on_silence")
    list_select_related = ("interaction",)
    ordering = ("-id",)


@admin.register(Commitment)
class CommitmentAdmin(ReadOnlyAdmin):
    search_fields = ("pk__exact", "clock__exact")
    list_display = ("clock", "number", "due_at", "origin", "outcome")
    list_filter = ("origin", "outcome")
    list_select_related = ("clock",)
    ordering = ("-id",)


@admin.register(StageNotice)
class StageNoticeAdmin(ReadOnlyAdmin):
    search_fields = ("pk__exact", "clock__exact")
    list_display = ("clock", "commitment_no", "stage", "fired_at", "superseded")
    list_filter = ("superseded",)
    list_select_related = ("clock",)
    ordering = ("-id",)


@admin.register(ClockMove)
class ClockMoveAdmin(ReadOnlyAdmin):
    list_display = ("version", "kind", "mode", "state", "matters", "missed", "asked_at")
    list_filter = ("kind", "state")
    list_select_related = ("version__slot",)


@admin.register(TimelineSeal)
class TimelineSealAdmin(ReadOnlyAdmin):
    list_display = ("interaction", "first_seq", "last_seq", "digest", "sealed_at")
    list_select_related = ("interaction",)
    ordering = ("-id",)


@admin.register(QueuePace)
class QueuePaceAdmin(ReadOnlyAdmin):
    list_display = ("target", "rule", "team", "finished", "learnt_at")
    list_filter = ("target",)
    list_select_related = ("team",)


@admin.register(FollowUp)
class FollowUpAdmin(_ActingAdmin):
    masked: ClassVar[Masks] = {"note": hidden}
    list_display = ("interaction", "kind", "note", "due_at", "owner", "state")
    list_filter = ("state", "kind")
    list_select_related = ("interaction", "owner")
    ordering = ("-id",)


@admin.register(Improvement)
class ImprovementAdmin(ReadOnlyAdmin):
    list_display = ("title", "signal", "measure", "state", "owner", "changed_at", "measured_at")
    list_filter = ("state", "signal")
    list_select_related = ("owner",)
    search_fields = ("title", "measure__exact")
    ordering = ("-id",)


@admin.register(Participant)
class ParticipantAdmin(_ActingAdmin):
    masked: ClassVar[Masks] = {"name": hidden, "address": hidden}
    list_display = ("interaction", "role", "name", "address", "copied", "added_by", "removed_at")
    list_filter = ("role",)
    list_select_related = ("interaction",)
    ordering = ("-id",)


@admin.register(InteractionLink)
class InteractionLinkAdmin(ReadOnlyAdmin):
    search_fields = ("pk__exact", "interaction__exact")
    list_display = ("interaction_id", "kind", "other_id", "made_by", "made_at", "undone_at")
    list_filter = ("kind",)
    ordering = ("-id",)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    search_fields = ("pk__exact",)
    list_display = ("kind", "user", "done_at", "undone_at")
    list_select_related = ("user",)
    list_filter = ("kind",)
    ordering = ("-id",)


@admin.register(AgentProfile)
class AgentProfileAdmin(CarefulAdmin):
    """How much work somebody has room for, and what they know; the switch is theirs."""

    search_fields = ("pk__exact",)
    list_display = ("user", "state", "since", "capacity", "skills")
    list_filter = ("state",)
    list_select_related = ("user",)
    raw_id_fields = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: AgentProfile | None = None) -> Any:
        return ("user", "state", "since") if obj else ("state", "since")


@admin.register(Availability)
class AvailabilityAdmin(ReadOnlyAdmin):
    """From when until when who took work; the open one is now."""

    search_fields = ("agent__username__exact",)
    list_display = ("agent", "state", "since", "until", "because")
    list_filter = ("state",)
    list_select_related = ("agent",)
    ordering = ("-id",)


class _MacroTextForm(forms.ModelForm[MacroText]):
    class Meta:
        model = MacroText
        fields = ("language", "body")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].help_text = _("Filled in: %(names)s") % {
            "names": ", ".join(f"${name}" for name in sorted(BLANKS))
        }

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        check_text(body)
        return body


class _MacroForm(forms.ModelForm[Macro]):
    class Meta:
        model = Macro
        fields = ("key", "title", "active", "effects")
        help_texts = {
            "effects": format_lazy(
                "{} {}",
                _(
                    "What it does besides its text, shown to the agent first. A list such as"
                    " [{“do”: “tag”, “tag”: “Press”}, {“do”: “snooze”, “hours”: 24}]. Known:"
                ),
                ", ".join(EFFECTS),
            )
        }

    def clean_effects(self) -> Any:
        effects = self.cleaned_data["effects"] or []
        check_effects(effects)
        return effects


class _Versions(_ShownInside):
    model = MacroVersion
    fields = ("number", "title", "effects", "made_by", "made_at")
    show_change_link = False


class _Texts(admin.StackedInline[MacroText, Macro]):
    model = MacroText
    form = _MacroTextForm
    extra = 1
    can_delete = False


@admin.register(Macro)
class MacroAdmin(CarefulAdmin):
    list_display = ("key", "title", "active")
    list_filter = ("active",)
    search_fields = ("key__startswith",)
    form = _MacroForm
    inlines = (_Texts, _Versions)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        version_of(macro_id=form.instance.pk, actor=signed_in(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Macro | None = None) -> Any:
        return ("key",) if obj else ()


@admin.register(Inbound)
class InboundAdmin(_ActingAdmin):
    masked: ClassVar[Masks] = {"sender": hidden, "sender_name": hidden, "subject": hidden}
    list_display = ("source", "channel", "state", "code", "attempts", "received_at", "filed_at")
    list_filter = ("state", _CHANNEL)
    ordering = ("-id",)
    # The bytes as they came are for the machine that files them.
    exclude = ("raw", "about")


@admin.register(Call)
class CallAdmin(_ActingAdmin):
    masked: ClassVar[Masks] = {"number": hidden}
    list_display = ("external_id", "state", "direction", "agent", "rang_at", "ended_at", "wrap_up")
    list_filter = ("state", "direction")
    list_select_related = ("agent",)
    ordering = ("-id",)


@admin.register(MailboxCursor)
class MailboxCursorAdmin(ReadOnlyAdmin):
    search_fields = ("name__startswith",)
    list_display = ("name", "last_uid", "read_at", "failing_since", "last_error")
    ordering = ("name",)


@admin.register(CarrierState)
class CarrierStateAdmin(ReadOnlyAdmin):
    search_fields = ("channel__startswith",)
    list_display = ("channel", "sent_at", "failing_since", "away_until", "failures", "last_error")
    ordering = ("channel",)


@admin.register(AssistRequest)
class AssistRequestAdmin(_ActingAdmin):
    masked: ClassVar[Masks] = {"text": hidden}
    list_display = ("id", "kind", "state", "model", "asked_by", "asked_at", "done_at", "problem")
    list_filter = ("state", "kind")
    list_select_related = ("asked_by",)
    ordering = ("-id",)
