"""Several subjects of one contact: each named, each with what came of it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor
from interactions.models import Interaction
from interactions.processes.settle_subjects import add_subject, settle_subject
from interactions.web import wording
from interactions.web.actions import act
from interactions.web.forms import SettleForm, SubjectForm


@login_required
@require_POST
def add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The customer wants something else too."""

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        add_subject(
            interaction_id=one.pk, subject=said["subject"], reason_key=said["reason"], actor=actor
        )
        return _("Noted as a subject of its own.")

    form = SubjectForm(request.POST, prefix="subject")
    return act(request, public_id, "subject_form", form, do, anchor="subjects")


@login_required
@require_POST
def settle(request: HttpRequest, public_id: UUID, item_id: int) -> HttpResponse:
    """What came of one of them."""

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        item = one.items.get(pk=item_id)
        settle_subject(item_id=item.pk, outcome=said["outcome"], note=said["note"], actor=actor)
        return _("%(subject)s: %(outcome)s.") % {
            "subject": item.subject,
            "outcome": wording.outcome(said["outcome"]),
        }

    form = SettleForm(request.POST, prefix=f"settle-{item_id}")
    return act(request, public_id, "settle_form", form, do, anchor="subjects")


def around(one: Interaction) -> dict[str, Any]:
    """The subjects with their forms, for the page of the matter."""
    return {
        "subjects": [
            {
                "item": item,
                "outcome": wording.outcome(item.outcome),
                "form": SettleForm(
                    prefix=f"settle-{item.pk}",
                    initial={"outcome": item.outcome, "note": item.note},
                ),
            }
            for item in one.items.select_related("reason")
        ],
        "subject_form": SubjectForm(prefix="subject"),
    }
