"""Receive a file: kept with its mapping, refused in words when the two do not fit together."""

import hashlib
from itertools import islice
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.imports.readers import FileWrong, read_header, read_records
from customers.models import ImportRun
from customers.processes.import_customers.checks import checked_mapping, fits
from customers.processes.import_customers.columns import suggested

KIND = "customers"
_SHOWN = 5
_LONGEST_SHOWN = 60


@transaction.atomic
def receive_file(
    *, file: IO[bytes], file_name: str, mapping: Any = None, actor: Actor
) -> ImportRun:
    """Keep a file and what its columns become, for a trial; refused when the two do not fit.

    Without a mapping one is suggested, which a person then looks at.
    """
    require(actor, "customers.import_customers")
    checked = checked_mapping(mapping) if mapping is not None else None
    preview = _preview(file, file_name, checked.file if checked else {})
    if checked:
        fits(checked, preview["columns"])
    else:
        mapping = suggested(preview["columns"], preview["rows"], file_name)
    run = ImportRun(
        kind=KIND, file_name=file_name[:200], mapping=mapping, preview=preview, by_id=actor.pk
    )
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    run.sha256 = digest.hexdigest()
    file.seek(0)
    run.path = default_storage.save(f"imports/{run.public_id}", file)
    run.save()
    return run


def _preview(file: IO[bytes], name: str, options: Any) -> dict[str, Any]:
    """The columns of a file and its first values, as a person looks at them."""
    try:
        columns = read_header(file, name, options)
        first = islice(read_records(file, name, options), _SHOWN)
        rows = [[one.row.get(name, "")[:_LONGEST_SHOWN] for name in columns] for one in first]
    except FileWrong as wrong:
        raise RuleBroken("file-wrong", str(wrong), field="file", kind="input") from wrong
    return {"columns": columns, "rows": rows}
