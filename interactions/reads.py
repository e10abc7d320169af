"""What several doors and processes ask about people who work on interactions."""

from django.utils.translation import gettext as _

from crm.accounts.models import Team, User
from crm.errors import RuleBroken


def check_colleague(user_id: int | None) -> None:
    """A matter belongs to a colleague who is there, never to the account of a partner system."""
    if user_id is None:
        return
    there = User.objects.filter(pk=user_id, is_active=True, is_partner=False)
    if not there.exists():
        raise RuleBroken(
            "unknown-owner", _("There is no such colleague."), field="owner", kind="invalid"
        )


def check_team(team_id: int | None) -> None:
    if team_id is not None and not Team.objects.filter(pk=team_id).exists():
        raise RuleBroken("unknown-team", _("There is no such team."), field="team", kind="invalid")
