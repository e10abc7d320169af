"""One spelling for each contact point; what can't be read stays as given."""

from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from customers.folding import compact


@dataclass(frozen=True, slots=True)
class Written:
    """A contact point in its one spelling; empty where none could be found."""

    normalised: str = ""
    reversed_digits: str = ""


def written(kind: str, value: str, *, region: str) -> Written:
    """E.164 for phones, lower-case ASCII domain for e-mail, folded letters for addresses."""
    if kind in {"mobile", "phone"}:
        return _phone(value, region)
    if kind == "email":
        return Written(_email(value))
    return Written(compact(value)[:320])


def _phone(value: str, region: str) -> Written:
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        number = None
    if number and phonenumbers.is_possible_number(number):
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return Written(e164, e164.removeprefix("+")[::-1])
    digits = "".join(char for char in value if char.isascii() and char.isdigit())
    return Written("", digits[::-1][:20])


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        return ""


def number_beginnings(digits: str, *, region: str) -> list[str]:
    """What an international number may begin with when somebody types these digits."""
    if digits.startswith("00"):
        return [digits[2:]]
    country = str(phonenumbers.country_code_for_region(region) or "")
    national = digits.lstrip("0")
    if digits.startswith("0"):
        return [country + national] if national else []
    return [digits, country + digits]
