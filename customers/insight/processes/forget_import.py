"""Forget what customer insight took from a file whose import is undone."""

from collections.abc import Collection, Mapping

from django.db.models import Q
from django.utils.translation import gettext as _

from crm import sql
from crm.access import Actor
from customers.imports import followers
from customers.insight.models import Fact, Outcome, Profile
from customers.insight.processes.build_insight import build_profiles
from customers.insight.processes.gather_from_import import file_mark
from customers.models import ImportRun

ETOM = "1.3.4.1.1.1"


def used(run: ImportRun, customer_ids: Collection[int]) -> Mapping[int, str]:
    """Customers of whom something is known that this file did not say, or a person confirmed."""
    mine = Q(external_id__startswith=f"{file_mark(run)}:", verified_at=None, decided_at=None)
    others = Fact.objects.filter(customer_id__in=customer_ids).exclude(mine)
    found = dict.fromkeys(others.values_list("customer_id", flat=True), _("Facts learnt since."))
    source = run.mapping.get("source") or "import"
    outcomes = Outcome.objects.filter(customer_id__in=customer_ids).exclude(source__key=source)
    return found | dict.fromkeys(
        outcomes.values_list("customer_id", flat=True), _("Facts learnt since.")
    )


def let_go(run: ImportRun, customer_ids: Collection[int], made: bool, actor: Actor) -> None:
    """Take back the file's facts; what they had superseded is believed again."""
    ids = list(customer_ids)
    if not ids:
        return
    params = {"ids": ids, "mark": f"{file_mark(run)}:%"}
    sql.rows("insight/believe_again.sql", params)
    if made:
        Profile.objects.filter(customer_id__in=ids).delete()
        Outcome.objects.filter(customer_id__in=ids).delete()
        return
    known = Profile.objects.filter(customer_id__in=ids).values_list("customer_id", flat=True)
    build_profiles(customer_ids=list(known), actor=actor)


FOLLOWER = followers.register(
    followers.Follower(
        models=frozenset({"insight.Fact", "insight.Profile", "insight.Outcome"}),
        used=used,
        let_go=let_go,
    )
)
