"""Logins to try the product with, one for each role, for an embedded installation only."""

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, transaction
from oauth2_provider.models import Application

from crm.accounts.models import Team, User
from crm.embedded import locations
from crm.embedded.preflight import last_address

FILE = "demo_logins.json"
PEOPLE = {
    "agent": ("Ava", "Agent"),
    "team-lead": ("Tom", "Lead"),
    "data-steward": ("Dana", "Steward"),
    "privacy-officer": ("Priya", "Officer"),
    "readiness-manager": ("Rhys", "Manager"),
    "administrator": ("Ada", "Admin"),
}
PARTNER = "demo-partner"


class Command(BaseCommand):
    help = "Print the demo logins, making them when they are not there yet."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("Demo logins exist in embedded mode only (make run).")
        kept = Path(settings.DATA_DIR) / FILE
        logins = json.loads(kept.read_text()) if kept.exists() else {"users": {}, "partner": {}}
        try:
            _ensure(logins)
        except OperationalError as problem:
            raise CommandError(
                f"The database of {settings.DATA_DIR} does not answer: start it with `make run` "
                "and ask again beside it."
            ) from problem
        _keep(kept, logins)
        shown = {
            "url": last_address(locations(settings.DATA_DIR)) or settings.CRM_PUBLIC_URL,
            "users": [
                {"role": role, "username": role, "password": password}
                for role, password in logins["users"].items()
            ],
            "partner": {**logins["partner"], "grant_type": "client_credentials"},
        }
        self.stdout.write(json.dumps(shown, indent=2) if options["json"] else _as_table(shown))


@transaction.atomic
def _ensure(logins: dict[str, Any]) -> None:
    for role in PEOPLE:
        logins["users"][role] = _ensure_person(role, logins["users"].get(role))
    logins["partner"] = _ensure_partner(logins["partner"])


def _ensure_person(role: str, password: str | None) -> str:
    """The person's password: the kept one, or a fresh one where person or file is new."""
    first, last = PEOPLE[role]
    person, new = User.objects.get_or_create(
        username=role,
        defaults={
            "first_name": first,
            "last_name": last,
            "email": f"{role}@demo.example",
            "is_staff": role == "administrator",
        },
    )
    person.groups.set(Group.objects.filter(name=role))
    if not person.teams.exists():
        person.teams.set(Team.objects.order_by("pk")[:1])
    if new or not password:
        password = password or secrets.token_urlsafe(12)
        person.set_password(password)
        person.save(update_fields=["password"])
    return password


def _ensure_partner(kept: dict[str, str]) -> dict[str, str]:
    account, _ = User.objects.get_or_create(
        username=PARTNER,
        defaults={
            "first_name": "Demo",
            "last_name": "Partner",
            "is_partner": True,
            "password": "!",
        },
    )
    account.groups.set(Group.objects.filter(name="partner"))
    client = Application.objects.filter(user=account).first()
    if client and kept.get("client_id") == client.client_id:
        return kept
    secret = kept.get("client_secret") or secrets.token_urlsafe(32)
    client = client or Application(user=account)
    client.name = "Demo partner"
    client.client_type = Application.CLIENT_CONFIDENTIAL
    client.authorization_grant_type = Application.GRANT_CLIENT_CREDENTIALS
    client.client_secret = secret
    client.save()
    return {"client_id": client.client_id, "client_secret": secret}


def _keep(path: Path, logins: dict[str, Any]) -> None:
    """Readable by its owner only, before a secret is in it."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(logins))


def _as_table(shown: dict[str, Any]) -> str:
    rows = [(user["role"], user["username"], user["password"]) for user in shown["users"]]
    lines = [f"  {'role':<20}{'user':<20}password"]
    lines += [f"  {role:<20}{name:<20}{password}" for role, name, password in rows]
    partner = shown["partner"]
    lines.append(f"\n  partner client (OAuth2)  id      {partner['client_id']}")
    lines.append(f"  {'':<25}secret  {partner['client_secret']}")
    return "\n".join(lines)
