"""See and keep report subscriptions, take a report, say that it arrived."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.tmf.authentication import Scoped, purpose_of
from crm.tmf.conditional import require_revision
from crm.tmf.once import Answer, answered_once, as_read, caller
from customers.models import Customer, Report, ReportNeed
from customers.processes.report_to_customer import (
    download,
    end_report_need,
    keep_report_need,
    receipt,
)

_REPORTS = 24


class NeedsView(APIView):
    """GET the subscriptions of a customer with their last reports; POST subscribes."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        actor = caller(request)
        customer = _customer(public_id, actor)
        listed = _standing(actor).filter(customer=customer).order_by("pk")
        return as_read(request, {"reportNeed": [_need(one) for one in listed]})

    def post(self, request: Request, public_id: UUID) -> HttpResponse:
        def work() -> Answer:
            asked = request.data if isinstance(request.data, dict) else {}
            recipients = asked.get("recipient")
            actor = caller(request)
            need = keep_report_need(
                customer_id=_customer(public_id, actor).pk,
                kind=str(asked.get("report") or ""),
                period=str(asked.get("period") or ""),
                format=str(asked.get("format") or ""),
                recipients=[str(one) for one in recipients] if isinstance(recipients, list) else [],
                actor=actor,
            )
            need.refresh_from_db(fields=["revision"])
            return Answer(201, _need(need), need.revision)

        return answered_once(request, work)


class NeedView(APIView):
    """GET one subscription, PATCH its recipients, DELETE to end it; what was made stays."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        need = _one(public_id, caller(request))
        return as_read(request, _need(need), need.revision)

    def patch(self, request: Request, public_id: UUID) -> HttpResponse:
        def work() -> Answer:
            actor = caller(request)
            need = _seen(request, public_id, actor)
            asked = request.data if isinstance(request.data, dict) else {}
            recipients = asked.get("recipient")
            if asked.keys() != {"recipient"} or not isinstance(recipients, list):
                raise RuleBroken(
                    "invalid",
                    _("recipient is a list; another report is another subscription."),
                    field="recipient",
                    kind="input",
                )
            keep_report_need(
                customer_id=need.customer_id,
                kind=need.kind,
                period=need.period,
                format=need.format,
                recipients=[str(one) for one in recipients],
                actor=actor,
            )
            need = _one(public_id, actor)
            return Answer(200, _need(need), need.revision)

        return answered_once(request, work)

    def delete(self, request: Request, public_id: UUID) -> HttpResponse:
        actor = caller(request)
        with transaction.atomic():
            end_report_need(need_id=_seen(request, public_id, actor).pk, actor=actor)
        return HttpResponse(status=204)


class DownloadView(APIView):
    """GET the file; that it was taken is on record."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        purpose = purpose_of(request.headers.get("X-Purpose", ""))
        report = download(report_id=public_id, purpose=purpose, actor=caller(request))
        return as_file(report)


class ReceiptView(APIView):
    """POST: a receiver says that a report arrived."""

    permission_classes = [Scoped]

    def post(self, request: Request, public_id: UUID) -> HttpResponse:
        def work() -> Answer:
            asked = request.data if isinstance(request.data, dict) else {}
            recipient = str(asked.get("recipient") or "")
            if not recipient:
                raise RuleBroken(
                    "invalid", _("Say which recipient got it."), field="recipient", kind="input"
                )
            one = receipt(
                report_id=public_id,
                recipient=recipient,
                said=str(asked.get("receipt") or ""),
                actor=caller(request),
            )
            return Answer(200, {"recipient": one.recipient, "receiptDate": one.receipt_at})

        return answered_once(request, work)


def as_file(report: Report) -> HttpResponse:
    """The file under its name, never opened in place."""
    return HttpResponse(
        bytes(report.content),
        content_type=report.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{report.file_name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Digest": f"sha-256={report.digest}",
        },
    )


def _customer(public_id: UUID, actor: Actor) -> Customer:
    require(actor, "customers.view_reportneed")
    customer = Customer.objects.visible_to(actor).filter(public_id=public_id).first()
    if customer is None:
        raise Http404
    return customer


def _standing(actor: Actor) -> QuerySet[ReportNeed]:
    """Subscriptions that stand, with what was made of them."""
    require(actor, "customers.view_reportneed")
    return (
        ReportNeed.objects.visible_to(actor)
        .filter(ended_at=None)
        .prefetch_related(
            Prefetch("reports", Report.objects.defer("content")), "reports__deliveries"
        )
    )


def _one(public_id: UUID, actor: Actor) -> ReportNeed:
    need = _standing(actor).filter(public_id=public_id).first()
    if need is None:
        raise Http404
    return need


def _seen(request: Request, public_id: UUID, actor: Actor) -> ReportNeed:
    """One subscription, held, at the revision the caller has seen."""
    need = ReportNeed.objects.lock(_one(public_id, actor).pk)
    require_revision(request.headers, need.revision)
    return need


def _need(need: ReportNeed) -> dict[str, Any]:
    made = sorted(need.reports.all(), key=lambda one: one.since, reverse=True)[:_REPORTS]
    return {
        "id": str(need.public_id),
        "report": need.kind,
        "period": need.period,
        "format": need.format,
        "recipient": need.recipients,
        "nextPeriod": {"from": need.next_from, "before": need.next_until},
        "history": [_report(one) for one in made],
        "@type": "ReportNeed",
    }


def _report(report: Report) -> dict[str, Any]:
    return {
        "id": str(report.public_id),
        "href": f"/api/v1/reports/{report.public_id}/download",
        "from": report.since,
        "before": report.until,
        "state": report.state,
        "dueDate": report.due_at,
        "late": report.late_at is not None,
        "madeDate": report.made_at,
        "deliveredDate": report.delivered_at,
        "rows": report.rows,
        "sha256": report.digest or None,
        "delivery": [
            {
                "recipient": one.recipient,
                "sentDate": one.sent_at,
                "receiptDate": one.receipt_at,
                "problem": one.problem or None,
            }
            for one in report.deliveries.all()
        ],
    }
