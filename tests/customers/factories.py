"""Parties, customers and agents for tests, straight into the tables: no event is published."""

import itertools
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission

from crm.access import Actor, actor_for
from crm.accounts.models import Team, User
from crm.accounts.roles import load_roles
from customers.contact_points import written
from customers.models import ContactMedium, Customer, Party, SearchToken

_count = itertools.count(1)


def a_party(*, kind: str = "individual", **fields: Any) -> Party:
    given = {"given_name": "Priya", "family_name": "Nair"} if kind == "individual" else {}
    fields = given | fields
    parts = (fields.get("given_name"), fields.get("family_name"), fields.get("trading_name"))
    fields.setdefault("name", " ".join(part for part in parts if part))
    return Party.objects.create(kind=kind, **fields)


def a_medium(party: Party, kind: str, value: str, **fields: Any) -> ContactMedium:
    spelling = written(kind, value, region=settings.CRM_REGION)
    medium = ContactMedium.objects.create(
        party=party,
        type=kind,
        value=value,
        normalised=spelling.normalised,
        reversed_digits=spelling.reversed_digits,
        **fields,
    )
    SearchToken.objects.refresh(party.relationships.values_list("pk", flat=True))
    return medium


def a_customer(
    *, party: Party | None = None, email: str = "", phone: str = "", **fields: Any
) -> Customer:
    party = party or a_party()
    fields = {
        "number": f"T-{next(_count):05d}",
        "name": party.name or "Nobody",
        "status": "active",
    } | fields
    customer = Customer.objects.create(party=party, **fields)
    if email:
        a_medium(party, "email", email)
    if phone:
        a_medium(party, "mobile", phone)
    SearchToken.objects.refresh([customer.pk])
    return customer


def a_user(*permissions: str, role: str = "", **fields: Any) -> User:
    """Somebody who can sign in; permissions without an app belong to customers."""
    user = User.objects.create(username=fields.pop("username", f"user{next(_count)}"), **fields)
    for name in permissions:
        app, _, codename = name.rpartition(".")
        user.user_permissions.add(
            Permission.objects.get(
                content_type__app_label=app.split(".")[-1] or "customers", codename=codename
            )
        )
    if role:
        load_roles(role)
        user.groups.add(Group.objects.get(name=role))
    return user


def an_agent(*permissions: str, role: str = "", teams: tuple[Team, ...] = ()) -> Actor:
    """An actor holding exactly these permissions, or those of a role."""
    user = a_user(*permissions, role=role)
    user.teams.set(teams)
    return actor_for(user)


def a_team(slug: str = "") -> Team:
    slug = slug or f"team-{next(_count)}"
    return Team.objects.create(slug=slug, name=slug.title())
