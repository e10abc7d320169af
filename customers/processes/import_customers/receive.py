"""Receive a file: kept with its mapping, refused in words when the two do not fit together."""

import hashlib
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.imports import mapping as mappings
from customers.imports.readers import FileWrong, read_header
from customers.models import ImportRun

KIND = "customers"


@transaction.atomic
def receive_file(*, file: IO[bytes], file_name: str, mapping: Any, actor: Actor) -> ImportRun:
    """Keep a file and its mapping for a trial; refused when the two do not fit together."""
    require(actor, "customers.import_customers")
    checked = checked_mapping(mapping)
    fits(checked, _header_of(file, file_name, checked))
    run = ImportRun(kind=KIND, file_name=file_name[:200], mapping=mapping, by_id=actor.pk)
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    run.sha256 = digest.hexdigest()
    file.seek(0)
    run.path = default_storage.save(f"imports/{run.public_id}", file)
    run.save()
    return run


def checked_mapping(mapping: Any) -> mappings.Checked:
    """A mapping that can be used; RuleBroken with a sentence when it can't."""
    try:
        return mappings.checked(mapping)
    except mappings.MappingWrong as wrong:
        raise RuleBroken("mapping-wrong", str(wrong), field="mapping", kind="input") from wrong


def _header_of(file: IO[bytes], name: str, checked: mappings.Checked) -> list[str]:
    try:
        return read_header(file, name, checked.file)
    except FileWrong as wrong:
        raise RuleBroken("file-wrong", str(wrong), field="file", kind="input") from wrong


def fits(checked: mappings.Checked, header: list[str]) -> None:
    """Refuse a mapping that speaks of columns the file does not have."""
    missing = sorted(checked.columns - set(header))
    if missing:
        raise RuleBroken(
            "columns-missing",
            _("The file has no column %(names)s. It has: %(header)s.")
            % {"names": ", ".join(missing), "header": ", ".join(header)},
            field="mapping",
            kind="input",
            details={"missing": missing},
        )
