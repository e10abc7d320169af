import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from crm.access import SYSTEM, Actor, actor_for, require, signed_in
from crm.accounts.models import Team, User


def test_a_missing_permission_is_named() -> None:
    actor = Actor(pk=1, name="ellie", permissions=frozenset({"customers.view_customer"}))

    require(actor, "customers.view_customer")
    with pytest.raises(PermissionDenied, match=r"ellie lacks .* customers\.export_customers"):
        require(actor, "customers.export_customers")


def test_the_system_may_everything_because_it_says_so() -> None:
    require(SYSTEM, "anything.at_all")


def test_a_stranger_is_nobody() -> None:
    request = HttpRequest()
    request.user = AnonymousUser()

    with pytest.raises(PermissionDenied):
        signed_in(request)


@pytest.mark.django_db
def test_a_user_acts_with_their_own_teams_and_language() -> None:
    user = User.objects.create_user("ellie", language="cy", time_zone="Europe/London")
    team = Team.objects.create(slug="home-repair", name="Home repair")
    user.teams.add(team)

    actor = actor_for(user)

    assert (actor.kind, actor.name, actor.language) == ("user", "ellie", "cy")
    assert actor.teams == {team.pk}


@pytest.mark.django_db
def test_a_partner_system_acts_as_a_partner() -> None:
    assert actor_for(User.objects.create_user("billing", is_partner=True)).kind == "partner"
