"""Load what every installation starts with: roles, policies, catalogues. Safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from crm.accounts.roles import load_roles
from crm.starter import steps


class Command(BaseCommand):
    help = "Load roles, calendars, policies, catalogues and the process register."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"roles: {load_roles()}")
        for step in steps():
            self.stdout.write(f"{step.title}: {step.run()}")
