"""Acknowledge Procedure: who works by it has read it, who keeps it is told when it is due."""

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import SYSTEM, Actor, require
from crm.accounts.models import User
from crm.errors import RuleBroken
from crm.web.notices import notify
from readiness.models import Acknowledgement, ProcedureVersion

ETOM = "1.3.1"

_BATCH = 200


def acknowledge(*, version_id: int, actor: Actor) -> Acknowledgement:
    """Keep that somebody has read a wording in effect; once, however often it is said."""
    require(actor, "readiness.follow_procedure")
    version = ProcedureVersion.objects.get(pk=version_id)
    if version.state != ProcedureVersion.State.EFFECTIVE:
        raise RuleBroken(
            "not-in-effect", _("Another wording is in effect by now: read that one instead.")
        )
    said, _new = Acknowledgement.objects.get_or_create(version=version, user_id=actor.pk or 0)
    return said


def tell_of_reviews(*, actor: Actor = SYSTEM) -> int:
    """Tell who keeps a procedure that its review is due, once a wording; how many were told."""
    require(actor, "readiness.approve_procedure")
    due = ProcedureVersion.objects.due_for_review(timezone.localdate())
    told = 0
    # Those told before stay due: whoever looked at the oldest only would tell of no other.
    for version in due.select_related("procedure").order_by("pk").iterator(chunk_size=_BATCH):
        told += notify(
            _keepers(version),
            level="warn",
            title=format_lazy(
                gettext_lazy("Review is due: {title}"), title=version.procedure.title
            ),
            dedupe_key=f"procedure-review:{version.pk}",
            url=reverse("readiness:procedure", args=[version.procedure.key]),
        )
    return told


def _keepers(version: ProcedureVersion) -> list[int]:
    """Its owner; without one, everybody who may approve its next wording."""
    owner = version.procedure.owner_id
    return [owner] if owner else list(holding("approve_procedure").values_list("pk", flat=True))


def holding(codename: str) -> QuerySet[User]:
    """People who hold one of our permissions by their role or themselves."""
    about = {"content_type__app_label": "readiness", "codename": codename}
    by_role = Q(**{f"groups__permissions__{name}": value for name, value in about.items()})
    own = Q(**{f"user_permissions__{name}": value for name, value in about.items()})
    return get_user_model().objects.filter(by_role | own, is_active=True).distinct()
