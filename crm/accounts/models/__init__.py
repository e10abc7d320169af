"""Who can act, and who asked to come in."""

from crm.accounts.models.entry import ResetRequest, SignInTry
from crm.accounts.models.people import Team, User

__all__ = ["ResetRequest", "SignInTry", "Team", "User"]
