"""Fill a demo installation: colleagues, customers, contacts, so that every screen has something."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.accounts.models import Team, User

_COLLEAGUES = (
    ("ellie", "Ellie", "Marsh", "customer-care"),
    ("priya", "Priya", "Nair", "customer-care"),
    ("kofi", "Kofi", "Mensah", "customer-care"),
    ("sian", "Siân", "Howell", "customer-care"),
    ("rafael", "Rafael", "Castellanos", "home-repair"),
    ("marta", "Marta", "Nowak", "home-repair"),
    ("owen", "Owen", "Pritchard", "home-repair"),
    ("lena", "Lena", "Brandt", "business-desk"),
)
_TEAMS = {
    "customer-care": "Customer care",
    "home-repair": "Home repair",
    "business-desk": "Business desk",
}


class Command(BaseCommand):
    help = "Invent colleagues, customers and contacts for a demo (embedded installations only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=5_000)
        parser.add_argument("--interactions", type=int, default=20_000)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED and settings.CRM_ENV != "test":
            raise CommandError("Demo data belongs into an embedded installation (make run) only.")
        teams = {
            slug: Team.objects.get_or_create(slug=slug, defaults={"name": name})[0]
            for slug, name in _TEAMS.items()
        }
        agents = Group.objects.get(name="agent")
        for username, given, family, team in _COLLEAGUES:
            person, new = User.objects.get_or_create(
                username=username,
                defaults={
                    "first_name": given,
                    "last_name": family,
                    "email": f"{username}@demo.example",
                },
            )
            if new:
                # They own work, they cannot sign in.
                person.set_unusable_password()
                person.save(update_fields=["password"])
                person.groups.add(agents)
                person.teams.add(teams[team])
        call_command(
            "generate",
            customers=options["customers"],
            interactions=options["interactions"],
            seed=1,
            stdout=self.stdout,
        )
