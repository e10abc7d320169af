"""What can be known of a customer: each key with its section, type, freshness and purpose."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from crm.errors import RuleBroken
from customers.imports import targets

Kind = Literal["text", "bool", "int", "number"]
_YEAR = 365
_YES = frozenset({"yes", "true", "1", "y", "ja"})
_NO = frozenset({"no", "false", "0", "n", "nein"})


@dataclass(frozen=True, slots=True)
class FactKey:
    """One kind of fact; `purpose` names the consent that must cover it."""

    key: str
    title: str | Promise
    section: str
    kind: Kind = "text"
    fresh_days: int = _YEAR
    purpose: str = "service"
    unit: str = ""
    # Known by our own systems: nobody asks the customer to confirm it.
    ours: bool = False

    @property
    def billing(self) -> bool:
        """Whether it says what somebody is charged or how they pay."""
        return self.key.startswith("charge.") or self.key == "contract.payment_method"

    def clean(self, value: Any) -> Any:
        """The value in the key's own type, or RuleBroken with what is wrong."""
        cleaned = _as_kind(value, self.kind)
        if cleaned is None:
            raise RuleBroken(
                "value-does-not-fit",
                _now("“%(value)s” does not fit “%(title)s”.")
                % {"value": value, "title": self.title},
                field="value",
                kind="input",
            )
        return cleaned


def _as_kind(value: Any, kind: Kind) -> Any:
    if kind == "bool":
        if isinstance(value, bool):
            return value
        word = str(value).strip().casefold()
        return True if word in _YES else False if word in _NO else None
    if kind == "text":
        return value if isinstance(value, (list, dict)) else str(value).strip() or None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    if kind == "int":
        return int(number) if number == number.to_integral_value() else None
    return float(number)


_KNOWN = {
    key.key: key
    for key in (
        FactKey("person.gender", _("Gender"), "demographics", fresh_days=10 * _YEAR),
        FactKey("person.senior", _("Senior citizen"), "demographics", "bool", 10 * _YEAR),
        FactKey("person.age", _("Age"), "demographics", "int"),
        FactKey("person.occupation", _("Occupation"), "demographics", fresh_days=2 * _YEAR),
        FactKey("person.language", _("Language"), "demographics", fresh_days=3 * _YEAR),
        FactKey("household.partner", _("Lives with a partner"), "household", "bool", 2 * _YEAR),
        FactKey("household.dependents", _("Has dependants"), "household", "bool", 2 * _YEAR),
        FactKey("household.children", _("Children at home"), "household", "int"),
        FactKey("household.size", _("People at home"), "household", "int"),
        FactKey("household.works_from_home", _("Works from home"), "household", "bool"),
        FactKey("household.moving", _("Is moving house"), "household", "bool", 90),
        FactKey("contract.tenure_months", _("Months with us"), "usage", "int", 60, ours=True),
        FactKey("contract.term", _("Contract term"), "usage"),
        FactKey("contract.paperless", _("Paperless bill"), "usage", "bool"),
        FactKey("contract.payment_method", _("Pays by"), "usage"),
        FactKey("charge.monthly", _("Monthly charge"), "usage", "number", 60, ours=True),
        FactKey("charge.total", _("Charged so far"), "usage", "number", 60, ours=True),
        FactKey("service.phone", _("Phone service"), "usage", "bool", 180),
        FactKey("service.multiple_lines", _("Several lines"), "usage", "bool", 180),
        FactKey("service.internet", _("Internet service"), "usage", fresh_days=180),
        FactKey("service.online_security", _("Online security"), "usage", "bool", 180),
        FactKey("service.online_backup", _("Online backup"), "usage", "bool", 180),
        FactKey("service.device_protection", _("Device protection"), "usage", "bool", 180),
        FactKey("service.tech_support", _("Technical support"), "usage", "bool", 180),
        FactKey("service.streaming_tv", _("Streaming TV"), "usage", "bool", 180),
        FactKey("service.streaming_movies", _("Streaming films"), "usage", "bool", 180),
        FactKey(
            "usage.data_gb", _("Data in a month"), "usage", "number", 60, "usage-insight", "GB"
        ),
        FactKey(
            "usage.voice_minutes",
            _("Calls in a month"),
            "usage",
            "number",
            60,
            "usage-insight",
            "min",
        ),
        FactKey("preference.channel", _("Prefers to be reached by"), "preferences"),
        FactKey("preference.time", _("Good time to reach"), "preferences"),
        FactKey("organisation.headcount", _("People employed"), "direction", "int"),
        FactKey("organisation.sites", _("Sites"), "direction", "int"),
        FactKey("organisation.sector", _("Sector"), "direction", fresh_days=3 * _YEAR),
        FactKey("organisation.renewal", _("Renewal planned"), "direction", fresh_days=180),
        FactKey("competitor.offer", _("Offer of another provider"), "preferences", "text", 90),
    )
}


def named(key: str) -> FactKey:
    """The key as known; an unknown one is text, kept with the facts that fit no section."""
    return _KNOWN.get(key) or FactKey(key, key, "other")


def known() -> tuple[FactKey, ...]:
    return tuple(_KNOWN.values())


_MAPPED: dict[Kind, str] = {"bool": "boolean", "int": "integer", "number": "decimal"}
# What a column of an imported file can become, besides what the customer tables hold.
for _key in known():
    targets.register_fact(_key.key, _key.title, _MAPPED.get(_key.kind, "text"))
