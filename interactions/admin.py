"""Interactions for administrators: everything to read, state changed only by the processes."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.errors import RuleBroken
from crm.read_only_admin import ReadOnlyAdmin
from interactions.models import (
    ArmedClock,
    Commitment,
    Interaction,
    InteractionEvent,
    Message,
    Reason,
    ResponseRequest,
    SlaClock,
    StageNotice,
)
from interactions.processes.close_interaction import cancel, complete, reopen
from interactions.processes.notify_customer import send_again
from interactions.processes.track_interaction import fire_now
from interactions.processes.update_interaction import take


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


class _ActingAdmin(ReadOnlyAdmin):
    """Actions call a process for each chosen row and say what came of it."""

    def each(
        self, request: HttpRequest, chosen: QuerySet[Any], step: Callable[[int], object]
    ) -> None:
        for one in chosen:
            try:
                step(one.pk)
            except RuleBroken as broken:
                self.message_user(request, f"{one}: {broken.message}", messages.ERROR)
            else:
                self.message_user(request, str(one), messages.SUCCESS)

    def has_update_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("interactions.update_interaction")

    def has_close_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("interactions.close_interaction")


@admin.register(Interaction)
class InteractionAdmin(_ActingAdmin):
    list_display = ("reference", "subject", "status", "channel", "owner", "due_next_at", "source")
    list_filter = ("status", "channel", "direction", "source")
    list_select_related = ("owner",)
    search_fields = ("subject", "external_id", "=public_id")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    inlines = (_Clocks, _Messages, _Events)
    actions = ("take_over", "complete_resolved", "reopen_again", "cancel_as_mistake")

    @admin.action(description=_("Take over"), permissions=["update"])
    def take_over(self, request: HttpRequest, queryset: QuerySet[Interaction]) -> None:
        actor = signed_in(request)
        self.each(request, queryset, lambda pk: take(interaction_id=pk, actor=actor))

    @admin.action(description=_("Complete as resolved"), permissions=["close"])
    def complete_resolved(self, request: HttpRequest, queryset: QuerySet[Interaction]) -> None:
        actor = signed_in(request)
        self.each(
            request,
            queryset,
            lambda pk: complete(interaction_id=pk, outcome="resolved", actor=actor),
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
class ReasonAdmin(admin.ModelAdmin[Reason]):
    list_display = ("key", "name", "vertical", "active")
    list_filter = ("vertical", "active")
    search_fields = ("key", "name")

    def has_delete_permission(self, request: HttpRequest, obj: Reason | None = None) -> bool:
        # A reason goes out of use; what was logged under it keeps it.
        return False


@admin.register(InteractionEvent)
class InteractionEventAdmin(ReadOnlyAdmin):
    list_display = ("interaction", "seq", "type", "occurred_at", "recorded_at", "actor_name")
    list_filter = ("type",)
    list_select_related = ("interaction",)
    ordering = ("-id",)


@admin.register(SlaClock)
class SlaClockAdmin(ReadOnlyAdmin):
    list_display = ("interaction", "target", "cycle", "state", "due_at", "stopped_at", "rule")
    list_filter = ("state", "target")
    list_select_related = ("interaction",)
    ordering = ("-id",)
    inlines = (_Commitments, _Stages)


@admin.register(ArmedClock)
class ArmedClockAdmin(_ActingAdmin):
    list_display = ("clock", "stage", "next_fire_at")
    list_select_related = ("clock",)
    ordering = ("next_fire_at",)
    actions = ("try_now",)

    @admin.action(description=_("Try at the next tick"), permissions=["update"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[ArmedClock]) -> None:
        actor, now = signed_in(request), timezone.now()
        self.each(request, queryset, lambda pk: fire_now(clock_id=pk, now=now, actor=actor))


@admin.register(Message)
class MessageAdmin(_ActingAdmin):
    list_display = (
        "interaction",
        "kind",
        "channel",
        "state",
        "attempts",
        "available_at",
        "sent_at",
    )
    list_filter = ("state", "kind", "channel")
    list_select_related = ("interaction",)
    ordering = ("-id",)
    actions = ("send_once_more",)

    @admin.action(description=_("Send again what failed"), permissions=["update"])
    def send_once_more(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        actor = signed_in(request)
        self.each(request, queryset, lambda pk: send_again(message_id=pk, actor=actor))


@admin.register(ResponseRequest)
class ResponseRequestAdmin(ReadOnlyAdmin):
    list_display = ("interaction", "question", "state", "due_at", "on_silence", "answered_at")
    list_filter = ("state", "on_silence")
    list_select_related = ("interaction",)
    ordering = ("-id",)


@admin.register(Commitment)
class CommitmentAdmin(ReadOnlyAdmin):
    list_display = ("clock", "number", "due_at", "origin", "outcome")
    list_filter = ("origin", "outcome")
    list_select_related = ("clock",)
    ordering = ("-id",)


@admin.register(StageNotice)
class StageNoticeAdmin(ReadOnlyAdmin):
    list_display = ("clock", "commitment_no", "stage", "fired_at", "superseded")
    list_filter = ("stage", "superseded")
    list_select_related = ("clock",)
    ordering = ("-id",)
