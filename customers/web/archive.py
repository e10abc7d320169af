"""The archive on screen: what would go next, what went, find a record and bring it back."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web.page import redirect_to, render_page
from crm.web.times import instant
from crm.web.undo import say
from customers import archivable
from customers.models import ArchivedRecord, ArchiveRun, Customer
from customers.processes import archive_information
from readiness.registry.resolve import CapabilityOff

_PAGE, _RUNS = 25, 5
_LONGEST_ID = 18
# As in the schedule of the worker.
_RUNS_AT = time(2, 10)
_BECAUSE = {
    "customer-accepted": _("The customer accepted"),
    "policy-on-silence": _("Not refused, by the policy"),
    "no-customer": _("Nobody to ask"),
}


class ArchiveSearchForm(forms.Form):
    """Whose record, which one, and when it happened."""

    customer = forms.CharField(label=_("Customer number or name"), max_length=120, required=False)
    reference = forms.CharField(label=_("Reference"), max_length=60, required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


@dataclass(frozen=True, slots=True)
class Next:
    """What the next run would do with one class of data, as steps of a funnel."""

    title: str
    steps: list[dict[str, Any]]
    off: str = ""


@login_required
@require_GET
def archive(request: HttpRequest) -> HttpResponse:
    """Search the archive; the search is itself on record."""
    actor = signed_in(request)
    require(actor, "customers.search_archive")
    form = ArchiveSearchForm(request.GET or None)
    asked = form.is_valid() and any(form.cleaned_data.values())
    found = _found(actor, form.cleaned_data if asked else {})
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) <= _LONGEST_ID:
        found = found.filter(pk__lt=int(after))
    page = list(found[: _PAGE + 1])
    records = page[:_PAGE]
    if asked:
        record_access(
            actor=actor,
            action="search",
            subject="archive",
            ids=[record.pk for record in records],
            purpose="records",
        )
    context = {
        "form": form,
        "asked": asked,
        "rows": _rows(actor, records),
        "after": records[-1].pk if len(page) > _PAGE else None,
        "may_restore": actor.has_perm("customers.archive_information"),
        "runs": [
            {"run": run, "title": archivable.named(run.data_class).title}
            for run in ArchiveRun.objects.select_related("capability_version").order_by("-pk")[
                :_RUNS
            ]
        ],
        "nexts": _nexts(actor),
        "next_run": instant(_next_run()),
        "back": request.get_full_path(),
    }
    return render_page(request, "customers/archive/archive.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring one record back to the online tables."""
    record = archive_information.restore(record_id=pk, actor=signed_in(request))
    say(request, _now("“%(label)s” is back, exactly as it was.") % {"label": record.label})
    back = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return redirect_to(request, back if here else reverse("customers:archive"))


def _next_run() -> datetime:
    """When the nightly run comes next; it starts by UTC, people read it by their own clock."""
    now = datetime.now(UTC)
    tonight = now.replace(hour=_RUNS_AT.hour, minute=_RUNS_AT.minute, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)


def _found(actor: Actor, asked: dict[str, Any]) -> QuerySet[ArchivedRecord]:
    visible = Customer.objects.visible_to(actor)
    found = ArchivedRecord.objects.filter(Q(customer_id=None) | Q(customer_id__in=visible))
    if name := asked.get("customer", "").strip():
        whose = visible.filter(Q(number__iexact=name) | Q(name__icontains=name))
        found = found.filter(customer_id__in=whose.values("pk"))
    if reference := asked.get("reference", "").strip():
        found = found.filter(_by_reference(reference))
    if since := asked.get("since"):
        found = found.filter(happened_at__gte=_midnight(since))
    if until := asked.get("until"):
        found = found.filter(happened_at__lte=_midnight(until, time.max))
    return found.select_related("file", "capability_version__slot").order_by("-pk")


def _by_reference(reference: str) -> Q:
    """People read a reference in groups of digits; systems send the public id."""
    digits = "".join(sign for sign in reference if sign.isdigit())
    hexadecimal = reference.replace("-", "").lower()
    if len(hexadecimal) == len("0" * 32) and not set(hexadecimal) - set("0123456789abcdef"):
        return Q(public_id=hexadecimal)
    if digits and len(digits) <= _LONGEST_ID:
        return Q(source_id=int(digits))
    return Q(pk__in=[])


def _midnight(day: Any, at: time = time.min) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def _rows(actor: Actor, records: list[ArchivedRecord]) -> list[dict[str, Any]]:
    ids = {record.customer_id for record in records if record.customer_id}
    customers = Customer.objects.in_bulk(ids)
    open_text = actor.has_perm("customers.view_personal_data")
    return [
        {
            "record": record,
            "customer": customers.get(record.customer_id or 0),
            "label": record.label if open_text else _now("Hidden from your role"),
            "reference": archivable.named(record.data_class).reference(record.source_id),
            "because": _BECAUSE.get(record.acceptance_basis, record.acceptance_basis),
        }
        for record in records
    ]


def _nexts(actor: Actor) -> list[Next]:
    if not actor.has_perm("customers.archive_information"):
        return []
    return [_next(data_class, actor) for data_class in archivable.registered()]


def _next(data_class: archivable.DataClass, actor: Actor) -> Next:
    try:
        told = archive_information.preview(data_class=data_class.key, actor=actor)
    except CapabilityOff as off:
        return Next(str(data_class.title), [], str(off))
    old = told.goes + told.held
    steps = [
        (_now("Past their time"), _now("by the policy in use"), old),
        (
            _now("Nobody holds them"),
            _now("no open matter, dispute or legal hold"),
            old - told.on_hold,
        ),
        (
            _now("Accepted"),
            _now("asked to stay online: %(n)s") % {"n": told.refused},
            old - told.on_hold - told.refused - told.waits_for_answer,
        ),
        (_now("Would go tonight"), "", told.goes),
    ]
    return Next(
        str(data_class.title),
        [
            {"label": label, "sub": sub, "count": count, "share": count / old if old else 0}
            for label, sub, count in steps
        ],
    )


urlpatterns = [
    path("archive/", archive, name="archive"),
    path("archive/<int:pk>/restore/", restore, name="restore_archived"),
]
