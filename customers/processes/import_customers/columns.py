"""Choose what the columns of a received file become, and keep the choice under a name."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.imports import targets
from customers.imports.guess import guessed
from customers.imports.mapping import SCHEMA, checked
from customers.imports.shipped import shipped
from customers.models import ImportMapping, ImportRun
from customers.processes.import_customers.checks import checked_mapping, fits

_LONGEST_SOURCE = 60
_NAMING = {"name", "given_name", "family_name"}


def suggested(columns: Sequence[str], rows: Sequence[Sequence[str]], file_name: str) -> Any:
    """The mapping for a file: the one kept for such columns, one we ship, else a guess."""
    kept = ImportMapping.objects.filter(columns=list(columns)).order_by("-saved_at").first()
    if kept is not None:
        return kept.mapping
    for mapping in shipped().values():
        if checked(mapping).columns <= set(columns):
            return _with_more(mapping, columns, rows)
    return _guess(columns, rows, file_name)


def _with_more(given: Any, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:
    """A mapping we ship, with a guess for each column of the file it says nothing of."""
    unsaid = [name for name, choice in targets.chosen(given, columns).items() if not choice]
    if not unsaid:
        return given
    mapping: dict[str, Any] = deepcopy(given)
    for column, choice in _choices(columns, rows).items():
        if choice and column in unsaid and not _taken(mapping, choice):
            targets.put(mapping, choice, column)
    customer, party = mapping.get("customer", {}), mapping.get("party", {})
    if customer.get("name") == customer.get("number") and party.keys() & _NAMING:
        # The number was the name for want of a better one.
        customer.pop("name", None)
    return mapping


def _choices(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    known = {choice.key for choice in targets.choices()}
    month_first = settings.CRM_REGION == "US"
    return guessed(columns, rows, known=known, month_first=month_first)


def _guess(columns: Sequence[str], rows: Sequence[Sequence[str]], file_name: str) -> Any:
    choices = _choices(columns, rows)
    company = "party.name" in choices.values() and not {"party.given_name", "name.split"} & set(
        choices.values()
    )
    mapping: dict[str, Any] = {
        "schema": SCHEMA,
        "source": slugify(PurePath(file_name).stem)[:_LONGEST_SOURCE] or "import",
        "customer": {"status": {"value": "active"}},
        "party": {"kind": {"value": "organization" if company else "individual"}},
    }
    if company:
        mapping["customer"]["type"] = {"value": "business"}
    for column, choice in choices.items():
        if choice:
            targets.put(mapping, choice, column)
    return mapping


@transaction.atomic
def choose_columns(
    *,
    run_id: int,
    choices: Mapping[str, str],
    source: str = "",
    kind: str = "",
    keep_as: str = "",
    actor: Actor,
) -> ImportRun:
    """Say what each column becomes; nothing has been written yet, and the trial runs anew."""
    require(actor, "customers.import_customers")
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    before = {ImportRun.State.UPLOADED, ImportRun.State.TRIED, ImportRun.State.FAILED}
    if run.state not in before or run.processed:
        raise RuleBroken(
            "columns-chosen", _("This file is going in; its columns stay as they are.")
        )
    columns = [str(column) for column in run.preview.get("columns", ())]
    mapping = _with_choices(run.mapping, columns, choices)
    if source := slugify(source)[:_LONGEST_SOURCE]:
        _call_source(mapping, source)
    if kind in {"individual", "organization"}:
        mapping.setdefault("party", {})["kind"] = {"value": kind}
        told = {"value": "business" if kind == "organization" else "consumer"}
        mapping["customer"].setdefault("type", told)
    fits(checked_mapping(mapping), columns)
    _must_be_whole(mapping)
    run.mapping, run.state, run.message = mapping, ImportRun.State.UPLOADED, ""
    run.save(update_fields=["mapping", "state", "message"])
    if keep_as := keep_as.strip()[:120]:
        _keep(keep_as, columns, run, actor)
    return run


def _with_choices(given: Any, columns: Sequence[str], choices: Mapping[str, str]) -> dict[str, Any]:
    known = {choice.key for choice in targets.choices()} | {targets.LEAVE_OUT}
    mapping: dict[str, Any] = deepcopy(given)
    wanted = {
        column: choice
        for column in columns
        if (choice := choices.get(column, targets.AS_IT_IS)) != targets.AS_IT_IS
    }
    for column, choice in wanted.items():
        if choice not in known:
            raise RuleBroken(
                "unknown-choice", _("“%(name)s” cannot become that.") % {"name": column}
            )
        targets.taken_out(mapping, column)
    for column, choice in wanted.items():
        if choice:
            _once(mapping, choice, column)
            targets.put(mapping, choice, column)
    number = mapping.setdefault("customer", {}).get("number")
    account = mapping.get("account")
    if account and number and "number" not in account:
        # A bill needs an account; the customer's own number is one.
        account["number"] = number
    return {part: said for part, said in mapping.items() if said not in ({}, [])}


def _taken(mapping: Mapping[str, Any], choice: str) -> Any:
    """What a column becomes that of its kind can be one only; empty when that is still free."""
    part, _dot, name = choice.partition(":")[0].partition(".")
    said = mapping.get(part)
    taken = said.get(name) if isinstance(said, dict) else None
    return taken if isinstance(taken, dict) and "value" not in taken else {}


def _once(mapping: Mapping[str, Any], choice: str, column: str) -> None:
    if taken := _taken(mapping, choice):
        other = taken.get("column") or ", ".join(taken.get("columns", ()))
        raise RuleBroken(
            "chosen-twice",
            _("“%(one)s” and “%(other)s” cannot both become the same. Leave one out.")
            % {"one": other, "other": column},
        )


def _call_source(mapping: dict[str, Any], source: str) -> None:
    for one in mapping.get("identifiers", ()):
        if one.get("issuer") == mapping.get("source"):
            one["issuer"] = source
    mapping["source"] = source


def _must_be_whole(mapping: Mapping[str, Any]) -> None:
    agreement = mapping.get("agreement", {})
    if agreement and "column" not in agreement.get("name", {}):
        raise RuleBroken(
            "agreement-unnamed",
            _("An agreement needs a name: choose the column that says which one it is."),
        )


def _keep(name: str, columns: Sequence[str], run: ImportRun, actor: Actor) -> None:
    run.mapping = run.mapping | {"title": name}
    run.save(update_fields=["mapping"])
    ImportMapping.objects.update_or_create(
        name=name,
        defaults={
            "columns": list(columns),
            "mapping": run.mapping,
            "by_id": actor.pk,
            "saved_at": timezone.now(),
        },
    )
