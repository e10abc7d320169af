"""What a data steward of a demo did lately: a file, pairs, a change of many, a list."""

import csv
import io
from typing import Any

from django.core.management.base import BaseCommand

from crm.access import Actor, actor_for
from crm.accounts.models import User
from customers.models import ContactMedium, Customer
from customers.processes.cleanse_customers import Asked, show_job, start_job, work_on_job
from customers.processes.deduplicate import find_duplicates
from customers.processes.export_customers import ask_export, write_export
from customers.processes.import_customers import import_customers, receive_file

_FILE = "harbourline-customers.csv"
_HEAD = ("Customer number", "Given name", "Family name", "Mobile", "E-mail", "City")
_NEW = (
    ("HL-2001", "Imogen", "Tavistock", "07700 900461", "imogen.tavistock@example.org", "Wexcombe"),
    ("HL-2002", "Dafydd", "Penhallow", "07700 900462", "dafydd@example.org", "Dunholt"),
    ("HL-2003", "Ottilie", "Brandreth", "07700 900463", "ottilie@example.org", "Eastmarsh"),
    ("HL-2004", "Casimir", "Fenwick", "07700 900464", "casimir.fenwick@example.org", "Wexcombe"),
    # What a person has to look at: this is no address.
    ("HL-2005", "Rosalind", "Achterberg", "07700", "rosalind@example.org", "Dunholt"),
    ("HL-2006", "Leopold", "Marchetti", "07700 900466", "leopold at example.org", "Eastmarsh"),
)  # fmt: skip
_KNOWN_ALREADY = 3


class Command(BaseCommand):
    help = "Take in a small file, search for duplicates, cleanse and export, as a demo's steward."

    def handle(self, *args: Any, **options: Any) -> None:
        steward = User.objects.filter(groups__name="data-steward").order_by("pk").first()
        if steward is None:
            self.stdout.write("No data steward: nothing was done in their name.")
            return
        actor = actor_for(steward)
        run = self._take_in(actor)
        find_duplicates(actor=actor)
        _cleanse(actor)
        _export(actor)
        self.stdout.write(f"records: a file of {run.total} rows, pairs, a change and a list")

    def _take_in(self, actor: Actor) -> Any:
        run = receive_file(file=_file([*_NEW, *_copies()]), file_name=_FILE, actor=actor)
        import_customers(run_id=run.pk, dry_run=True, actor=actor)
        return import_customers(run_id=run.pk, dry_run=False, actor=actor)


def _copies() -> list[tuple[str, ...]]:
    """People we have already, under another number and with nothing but a name and a mobile."""
    mobiles = (
        ContactMedium.objects.current()
        .filter(type="mobile", party__kind="individual", party__relationships__status="active")
        .select_related("party")
        .order_by("-pk")[:_KNOWN_ALREADY]
    )
    return [
        (f"HL-2{n}", one.party.given_name, one.party.family_name, one.value, "", "")
        for n, one in enumerate(mobiles, start=101)
    ]


def _file(rows: list[tuple[str, ...]]) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows([_HEAD, *rows])
    return io.BytesIO(text.getvalue().encode())


def _cleanse(actor: Actor) -> None:
    """The newcomers get a segment of their own, so that their first months can be followed."""
    picked = Customer.objects.filter(number__startswith="HL-").values_list("pk", flat=True)
    asked = Asked(
        field="segment", operation="set", value="harbourline", reason="Taken over from Harbourline"
    )
    job = show_job(asked=asked, picked=list(picked), actor=actor)
    start_job(job_id=job.pk, actor=actor)
    while work_on_job(job_id=job.pk):
        pass


def _export(actor: Actor) -> None:
    export = ask_export(
        query="segment=harbourline",
        columns=["name", "number", "segment"],
        purpose="Welcome letters to those taken over",
        actor=actor,
    )
    write_export(export_id=export.pk)
