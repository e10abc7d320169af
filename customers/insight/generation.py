"""What is known of invented customers: facts, answers to consent questions, and profiles."""

import json
from typing import Any

from django.db import connection

from crm import sql
from crm.access import SYSTEM
from crm.generation import Report, Wanted, batches, generates
from customers.consent_catalogue import load_consent_catalogue
from customers.insight import keys, sources
from customers.insight.processes.build_insight import build_profiles
from customers.models import Customer

# Enough for every screen to be true; benchmarks measure other tables.
_AT_MOST = 6_000
_BATCH = 1_000


@generates(order=15, title="facts and consents")
def fill_insight(wanted: Wanted, report: Report) -> None:
    """Facts, consents and profiles for the first invented customers."""
    load_consent_catalogue()
    total = min(wanted.customers, _AT_MOST)
    invented = Customer.objects.filter(source="generated").order_by("-pk")
    ids = sorted(invented.values_list("pk", flat=True)[: wanted.customers])[:total]
    source = sources.find("import")
    known = [
        {"key": key.key, "purpose": key.purpose, "fresh_days": key.fresh_days}
        for key in keys.known()
    ]
    done = 0
    for batch in batches(ids, _BATCH):
        params: dict[str, Any] = {
            "customer_ids": batch,
            "now": wanted.now,
            "keys": json.dumps(known),
            "source_id": source.pk if source else None,
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.text("insight/generate_facts.sql"), params)
            cursor.execute(sql.text("insight/generate_consents.sql"), params)
        build_profiles(customer_ids=batch, actor=SYSTEM)
        done += len(batch)
        report("facts and consents", done, total)
