"""Names and shapes of TMF632 parties on their way into the processes; no rules here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crm.tmf.shapes import moment
from customers.models import Party

# "deceaded" is how the v4 specification spells it.
STATUS_IN = {
    "initialized": Party.Status.INITIALIZED,
    "validated": Party.Status.VALIDATED,
    "deceaded": Party.Status.DECEASED,
    "deceased": Party.Status.DECEASED,
    "closed": Party.Status.CLOSED,
}
INDIVIDUAL_COLUMNS = {
    "givenName": "given_name",
    "middleName": "middle_name",
    "familyName": "family_name",
    "preferredGivenName": "preferred_name",
    "title": "title",
    "gender": "gender",
    "nationality": "nationality",
    "maritalStatus": "marital_status",
}
ORGANIZATION_COLUMNS = {
    "tradingName": "trading_name",
    "organizationType": "organization_type",
}
_DAYS = {"birthDate": "birth_date", "deathDate": "death_date"}


def individual_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a person, from a whole document."""
    fields = {column: str(body.get(name) or "") for name, column in INDIVIDUAL_COLUMNS.items()}
    born, died = (_day(body.get(name)) for name in _DAYS)
    if born and died and died < born:
        # Both stay as given; neither is taken for a date of this person.
        born = died = None
    return {
        **fields,
        "name": str(body.get("fullName") or body.get("formattedName") or "")[:250]
        or _joined(fields),
        "birth_date": born,
        "death_date": died,
        "language": _language(body),
        "status": STATUS_IN[str(body.get("status") or "initialized")],
    }


def organization_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an organisation, from a whole document."""
    fields = {column: str(body.get(name) or "") for name, column in ORGANIZATION_COLUMNS.items()}
    return {
        **fields,
        "name": str(body.get("name") or "") or fields["trading_name"],
        "status": STATUS_IN[str(body.get("status") or "initialized")],
    }


def _joined(fields: Mapping[str, str]) -> str:
    return " ".join(filter(None, (fields["given_name"], fields["family_name"])))


def _language(body: Mapping[str, Any]) -> str:
    """The favourite language, else the only one."""
    known = [one for one in body.get("languageAbility") or [] if one.get("languageCode")]
    favourite = [one for one in known if one.get("isFavouriteLanguage")]
    chosen = favourite or (known if len(known) == 1 else [])
    code = str(chosen[0]["languageCode"]) if chosen else ""
    return code if len(code) <= 12 else ""  # noqa: PLR2004  # the column's length


def _day(text: Any) -> date | None:
    try:
        return moment(text).date()
    except (TypeError, ValueError, OverflowError):
        return None
