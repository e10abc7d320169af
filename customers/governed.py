"""What readiness governs in customer information: which data may be archived, and when."""

import json
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from customers import archivable, retention
from customers.archive.store import DamagedArchive, Store
from readiness.registry.cases import Case, Shown
from readiness.registry.cases import declare as declare_case
from readiness.registry.slots import Slot
from readiness.registry.slots import declare as declare_slot

_TWO_YEARS, _ONE_YEAR = 730, 365

RETENTION_POLICY = declare_slot(
    Slot(
        key="retention.policy",
        title="Retention: what is archived, and when",
        processes=("1.3.6.4",),
        personal_data=True,
        baseline={
            "rules": [
                {
                    "data_class": "interaction",
                    "jurisdiction": retention.ANY,
                    "relationship": relationship,
                    "keep_days": keep_days,
                    "on_silence": "archive",
                }
                for relationship, keep_days in (
                    ("live", _TWO_YEARS),
                    ("services-ended", _ONE_YEAR),
                    ("ended", _ONE_YEAR),
                    ("none", _ONE_YEAR),
                )
            ],
            "blocking_holds": [retention.ANY],
            "restored_stays_days": 30,
        },
        code_ref="customers.retention",
        check_config=retention.check,
    )
)


def _check_candidates(config: Mapping[str, Any]) -> Shown:
    """Ask the real tables what would go: nothing younger than the policy's shortest time."""
    policy = retention.policy(0, config)
    now = timezone.now()
    shortest = min(rule.keep_days for rule in policy.rules)
    counted: dict[str, int] = {}
    young: dict[str, int] = {}
    for data_class in archivable.registered():
        due = retention.candidates(data_class, policy, now)
        counted[data_class.key] = due.count()
        border = {f"{data_class.closed_at}__gte": now - timedelta(days=shortest)}
        young[data_class.key] = due.filter(**border).count()
    unknown = {rule.data_class for rule in policy.rules} - counted.keys()
    if unknown:
        return Shown(False, f"no app keeps data of the class {', '.join(sorted(unknown))}", counted)
    return Shown(
        not any(young.values()),
        f"today {sum(counted.values())} rows would go, {sum(young.values())} of them too young",
        counted,
    )


def _check_store(config: Mapping[str, Any]) -> Shown:
    """Write an archive file where it leaves nothing behind, read it back, and damage it."""
    content = json.dumps({"id": 1, "text": 'ü "quoted", a comma,\n a line; ✓', "n": 0.1})
    with tempfile.TemporaryDirectory() as place:
        store = Store(Path(place))
        name = "drill/drill.parquet"
        quoted = content.replace('"', '""')
        store.begin(name).write_text(f'7,1,0,"drill",1,"{quoted}"\n', encoding="utf-8")
        store.write(name)
        checksum = store.place(name, {"drill": True})
        back = store.read(name, customer_id=7, root_id=1)
        identical = [row.content for row in back] == [content]
        with (store.root / name).open("ab") as file:
            file.write(b"!")
        try:
            store.check(name, checksum)
            noticed = False
        except DamagedArchive:
            noticed = True
    return Shown(
        identical and noticed,
        f"a record came back {'identical' if identical else 'changed'};"
        f" damage was {'noticed' if noticed else 'not noticed'}",
    )


declare_case(
    Case(
        key="retention.candidates",
        title="Nothing younger than the policy says would go",
        slots=("retention.policy",),
        category="function",
        check=_check_candidates,
        clause="R-CIM-13",
    )
)
declare_case(
    Case(
        key="retention.store",
        title="Archive and restore drill: identical, and damage is noticed",
        slots=("retention.policy",),
        category="recovery",
        check=_check_store,
        clause="R-CIM-14",
    )
)
