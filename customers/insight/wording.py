"""The words of a profile: sections, values and reasons said as sentences to a person."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from crm.web import words
from customers.insight import keys

SECTIONS: dict[str, str | Promise] = {
    "life_stage": _("Life stage"),
    "household": _("Household"),
    "usage": _("Usage pattern"),
    "demographics": _("Demographics"),
}

VALUES: dict[str, str | Promise] = {
    "stage": _("Life stage"),
    "form": _("Who lives there"),
    "size": _("People at home"),
    "age_group": _("Age group"),
    "services": _("Services in use"),
    "add_ons": _("Extras taken"),
    "tenure": _("Standing"),
    "spend": _("Spend"),
    "spend_trend": _("Spend is"),
    "bill": _("Bill"),
}

WORDS: dict[str, str | Promise] = {
    "yes": _("Yes"),
    "no": _("No"),
    "starting-out": _("Starting out"),
    "single": _("Single"),
    "couple": _("Couple"),
    "family": _("Family"),
    "single-parent": _("Single parent"),
    "later-life": _("Later life"),
    "later-life-with-dependants": _("Later life, with dependants"),
    "couple-with-dependants": _("Couple with dependants"),
    "one-adult": _("One adult"),
    "one-adult-with-dependants": _("One adult with dependants"),
    "senior": _("Senior"),
    "below-senior": _("Below senior age"),
    "young-adult": _("Young adult"),
    "adult": _("Adult"),
    "new": _("New"),
    "settled": _("Settled"),
    "long-standing": _("Long-standing"),
    "low": _("Low"),
    "middle": _("Middle"),
    "high": _("High"),
    "rising": _("Rising"),
    "falling": _("Falling"),
    "steady": _("Steady"),
    "paperless": _("Paperless"),
    "paper": _("On paper"),
    "phone": _("Phone"),
    "internet": _("Internet"),
    "phone+internet": _("Phone and internet"),
    "none": _("None"),
    "male": _("Male"),
    "female": _("Female"),
}

REASONS: dict[str, str | Promise] = {
    "as-told": _("As it was told."),
    "age": _("The age is %(age)s."),
    "age-group": _("%(age)s years old; senior from %(senior_age)s, young up to %(young_age)s."),
    "senior-flag": _("Recorded as a senior citizen."),
    "not-senior-flag": _("Recorded as not a senior citizen."),
    "partner-yes": _("Lives with a partner."),
    "partner-no": _("No partner at home."),
    "dependants-yes": _("Has dependants."),
    "dependants-no": _("No dependants."),
    "counted": _("At least %(least)s, counting who was told of."),
    "services": _("From the services recorded. %(internet)s"),
    "add-ons": _("%(taken)s of %(of)s extras are taken."),
    "tenure": _("%(months)s months with us."),
    "spend": _("%(monthly)s a month; low below %(low)s, high from %(high)s."),
    "spend-trend": _("%(monthly)s this month against %(mean)s in the mean month."),
    "paperless-yes": _("The bill is paperless."),
    "paperless-no": _("The bill goes out on paper."),
}

PARTS: dict[str, str | Promise] = {
    "completeness": _("Complete"),
    "freshness": _("Fresh"),
    "verification": _("Verified"),
    "conflicts": _("No conflicts"),
    "consent": _("Consent clear"),
}

CURES: dict[str, str | Promise] = {
    "completeness": _("Ask for: %(what)s."),
    "freshness": _("Confirm what is old: %(what)s."),
    "verification": _("Have verified: %(what)s."),
    "conflicts": _("Settle what disagrees: %(what)s."),
    "consent": _("Ask for consent: %(what)s."),
}


def value(said: Any) -> str:
    """A derived value or a fact's value in words."""
    if isinstance(said, bool):
        return _now("Yes") if said else _now("No")
    if isinstance(said, Mapping) and "at_least" in said:
        return _now("%(n)s or more") % {"n": said["at_least"]}
    if isinstance(said, str):
        return str(WORDS.get(said, said))
    return str(said)


def value_of(key: str, said: Any) -> str:
    """The value of a known key in words; a language by its name."""
    spoken = key == "person.language" and isinstance(said, str)
    return words.language(said) if spoken else value(said)


def values_open(key: str, *, billing: bool) -> bool:
    """Whether a fact's value may be read while bill detail is open, or is not."""
    return billing or not keys.named(key).billing


def value_title(key: str) -> str:
    return str(VALUES.get(key) or keys.named(key).title)


def reason(code: str, params: Mapping[str, Any]) -> str:
    """One part of "why do we believe this" as a sentence."""
    return (str(REASONS[code]) % params).strip()


def cure(part: str, missing: list[str], most: int = 3) -> str:
    """What would raise one part of the trust, naming the first few keys."""
    what = ", ".join(str(keys.named(key).title) for key in missing[:most])
    return str(CURES[part]) % {"what": what}
