"""What customer insight needs beside software: people who decide facts, and sources in force."""

from functools import partial

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.insight.models import Source
from readiness.registry.supports import INVENTORIES, SKILLS, Stand, Support, declare, people_with


def sources_in_force() -> Stand:
    """Facts come from a source that is in use and not past its date."""
    today = timezone.localdate()
    kept = Source.objects.filter(active=True)
    there = kept.filter(Q(expires_on=None) | Q(expires_on__gte=today)).count()
    if there == 0:
        return Stand(_("No source of facts is in force."), _("none"), stops=True)
    if past := kept.filter(expires_on__lt=today).count():
        return Stand(_("%(n)d sources are past their date.") % {"n": past}, _("past its date"))
    return Stand(_("%(n)d sources are in force.") % {"n": there})


declare(
    Support(
        "people.decide_fact",
        gettext_lazy("People who decide about facts"),
        SKILLS,
        ("1.3.4.1.1.1", "1.3.4.1.1"),
        partial(people_with, "insight.decide_fact"),
    )
)
declare(
    Support(
        "stock.sources",
        gettext_lazy("Sources of facts"),
        INVENTORIES,
        ("1.3.4.1.1.1",),
        sources_in_force,
    )
)
