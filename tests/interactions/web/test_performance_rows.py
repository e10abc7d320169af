"""The rows behind a figure are as many as the figure says."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from interactions.governed import kpis
from interactions.models import Interaction
from interactions.web.performance_rows import rows
from readiness.registry import measures
from tests.interactions.factories import governed

pytestmark = pytest.mark.django_db

# Figures that count interactions, the rows they open, and the number that counts them.
_COUNTED = (
    (kpis.CONTACTS, "opened", "n"),
    (kpis.CONTACT_RATE, "opened", "n"),
    (kpis.COMPLETION, "completed", "n"),
    (kpis.RESOLUTION, "resolved", "n"),
    (kpis.RESOLUTION_FIRST, "resolved_first", "n"),
    (kpis.RESOLUTION_ALL, "opened_all", "n"),
    (kpis.BACKLOG, "open", "n"),
    (kpis.REPEAT, "repeat", "part"),
    (kpis.SELF_SERVICE, "alone", "part"),
    (kpis.REOPENED, "reopened", "part"),
    (kpis.TRANSFERS, "handed_on", "part"),
    (kpis.DOUBLE_ENTRY, "merged", "part"),
)


@pytest.mark.req("R-TMI-12")
def test_rows_of_a_figure_are_as_many_as_it_counts() -> None:
    governed()
    now = timezone.now()
    call_command("generate", customers=40, interactions=400, seed=9, now=now, stdout=io.StringIO())
    some = Interaction.objects.filter(status="closed", first_response_at=None)
    some.update(owner=None, outcome="resolved")
    window = (now - timedelta(days=90), now + timedelta(seconds=1))

    told, listed = {}, {}
    for measure, kind, counted in _COUNTED:
        scopes: list[dict[str, Any]] = [{}, {"channel": "email"}, {"vertical": "billing"}]
        for scope in scopes:
            name = f"{measure.key} {scope}"
            row = measures.measured(measure, a=window[0], b=window[1], **scope)
            told[name] = row[counted]
            listed[name] = rows(kind, scope, *window, timezone.now()).count()

    assert listed == told
    assert told["E-3 {}"] > 40
