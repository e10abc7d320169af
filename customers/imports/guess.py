"""What the columns of a file probably become, from their names and their first values."""

import re
from collections.abc import Mapping, Sequence

from customers.folding import fold
from customers.imports.targets import LEAVE_OUT

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_NO_WORD = re.compile(r"[\W_]+")
_DATE = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
_MONTHS = 12
_YEAR_DIGITS = 4
# Shorter words stand in many names.
_TELLING = 4
_PHONE = re.compile(r"(\+|00?)[\d ()/.-]{7,20}")
# Which names mean what, the surest first; folded, in their words. Spellings of several languages.
_NAMES: Mapping[str, str] = {
    "customer.number": "customer id|customer number|customer no|customer nr|customer ref|"
    "customer reference|customer code|cust id|cust no|client id|client number|client no|"
    "subscriber id|kundennummer|kunden nr|kundennr|kunden id|numero client|no client|"
    "numero de cliente|id cliente|numer klienta|id klienta|rec id|record id|id",
    "party.given_name": "given name|first name|forename|firstname|givenname|christian name|first|"
    "vorname|prenom|nombre|imie",
    "party.middle_name": "middle name|middlename|second name|middle|zweiter vorname",
    "party.family_name": "family name|last name|surname|lastname|familyname|last|nachname|"
    "familienname|nom de famille|nom|apellido|apellidos|nazwisko",
    "name.split": "full name|fullname|name|customer name|contact name|client name|person|"
    "vollstandiger name|nom complet|nombre completo|imie i nazwisko",
    "party.name": "company|company name|organisation|organization|organisation name|firm|"
    "business name|firma|societe|empresa",
    "party.preferred_name": "preferred name|nickname|known as|called|rufname",
    "party.title": "title|salutation|anrede|titel|civilite|tratamiento",
    "party.gender": "gender|sex|geschlecht|sexe|sexo|plec",
    "party.birth_date": "date of birth|birth date|birthdate|dob|born|birthday|date birth|"
    "geburtsdatum|geb datum|date de naissance|fecha de nacimiento|data urodzenia",
    "party.nationality": "nationality|citizenship|nationalitat|staatsangehorigkeit|nationalite",
    "party.marital_status": "marital status|familienstand|etat civil|estado civil",
    "party.language": "language|lang|preferred language|sprache|langue|idioma|jezyk",
    "contact.mobile": "mobile|mobile number|mobile no|mobile phone|cell|cell phone|cellphone|"
    "msisdn|gsm|handy|mobil|mobilnummer|handynummer|portable|movil|komorka|telefon komorkowy",
    "contact.phone": "phone|phone number|phone no|telephone|tel|tel no|home phone|landline|"
    "work phone|telefon|telefonnummer|festnetz|telefono|numer telefonu",
    "contact.email": "email|e mail|mail|email address|e mail address|mail address|courriel|"
    "correo|correo electronico|adres email|e post",
    "contact.address": "address|addr|street|street address|street number|house number|house no|"
    "address line|address 1|address 2|address 3|addr 1|addr 2|line 1|line 2|address line 1|"
    "address line 2|city|town|suburb|postcode|post code|postal code|zip|zip code|state|county|"
    "province|region|country|strasse|hausnummer|plz|ort|stadt|land|adresse|rue|ville|"
    "code postal|pays|direccion|calle|ciudad|codigo postal|provincia|pais|ulica|miasto|"
    "kod pocztowy",
    "account.number": "account number|account no|account id|account|billing account|acc no|"
    "kontonummer|rechnungskonto|numero de compte",
    "account.payment_method": "payment method|pays by|payment|zahlungsart|mode de paiement",
    "account.paperless": "paperless|paperless billing|paperless bill|e bill",
    "account.monthly_charge": "monthly charge|monthly charges|monthly fee|monthly price|"
    "grundgebuhr|monatspreis|prix mensuel",
    "account.total_charged": "total charges|total charged|total charge|charged so far",
    "account.currency": "currency|wahrung|devise|moneda|waluta",
    "agreement.name": "contract|contract name|contract type|plan|tariff|tariff name|agreement|"
    "vertrag|tarif|contrat|contrato|umowa|taryfa",
    "agreement.term": "term|contract term|duration|laufzeit|duree|plazo",
    "agreement.sla_tier": "sla|sla tier|service level|support level",
    "agreement.valid_from": "contract start|contract from|start date|valid from|vertragsbeginn",
    "agreement.valid_to": "contract end|contract until|end date|valid to|valid until|vertragsende",
    "id.contract": "contract number|contract no|contract id|vertragsnummer|numero de contrat",
    "id.imsi": "imsi",
    "id.iccid": "iccid|sim|sim card|sim number",
    "id.external": "external id|source id|legacy id|crm id|foreign id|old id",
    "id.document": "passport|passport number|id card|identity document|soc sec id|ssn|"
    "personalausweis",
    "customer.segment": "segment|customer segment|tier|kundengruppe",
    "customer.since": "customer since|since|joined|join date|signup date|sign up date|"
    "created at|created|kunde seit|client depuis|cliente desde",
    "customer.care_note": "care note|handle with care|warning",
    "fact.contract.tenure_months": "tenure|tenure months|months with us",
    "fact.person.senior": "senior|senior citizen",
    "fact.household.partner": "partner|lives with partner",
    "fact.household.dependents": "dependents|dependants",
    "fact.household.size": "household size|people at home",
}  # fmt: skip
_MANY = {"contact.address", "contact.mobile", "contact.phone", "contact.email"}
_DATES = {"party.birth_date", "customer.since", "agreement.valid_from", "agreement.valid_to"}
_MONEY = {"account.monthly_charge", "account.total_charged"}
_BY_NAME = {
    name: (choice, rank)
    for choice, names in _NAMES.items()
    for rank, name in enumerate(names.split("|"))
}


def spelt(header: str) -> str:
    """A column's name in plain words: custFirst_NAME is cust first name."""
    return _NO_WORD.sub(" ", fold(_CAMEL.sub(" ", header))).strip()


def guessed(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, known: set[str], month_first: bool
) -> dict[str, str]:
    """A choice for each column; one that nothing speaks for is left out.

    `known` are the choices there are; of two columns that could be the same single thing, the one
    with the surer name is.
    """
    values = {
        name: [row[at] for row in rows if at < len(row) and row[at]]
        for at, name in enumerate(columns)
    }
    ranked = sorted(columns, key=lambda name: _BY_NAME.get(spelt(name), ("", 99))[1])
    used: set[str] = set()
    found = dict.fromkeys(columns, LEAVE_OUT)
    for name in ranked:
        choice = _by_name(name, values[name]) or _by_values(values[name])
        if choice in used and choice not in _MANY:
            continue
        full = _with_spelling(choice, values[name], month_first)
        if full in known and _fits(choice, values[name]):
            used.add(choice)
            found[name] = full
    _one_number(found, columns)
    return found


def _by_name(name: str, values: Sequence[str]) -> str:
    words = spelt(name)
    choice = _BY_NAME.get(words, ("", 0))[0]
    if not choice:
        # “Customer e-mail”, “Phone (home)”: the same with a word before or behind.
        inner = [
            known for known in _BY_NAME if len(known) >= _TELLING and f" {known} " in f" {words} "
        ]
        choice = _BY_NAME[max(inner, key=len)][0] if inner else ""
        if choice == "customer.number":
            return ""
    if choice == "name.split" and values and not any(" " in value for value in values):
        return "customer.name"
    return choice


def _by_values(values: Sequence[str]) -> str:
    if values and all("@" in value and "." in value for value in values):
        return "contact.email"
    if values and all(_PHONE.fullmatch(value) for value in values):
        return "contact.phone"
    return ""


def _fits(choice: str, values: Sequence[str]) -> bool:
    """Whether the first values do not speak against what the name says."""
    if choice == "contact.email":
        return not values or any("@" in value for value in values)
    if choice in _DATES:
        return not values or any(_DATE.match(value) for value in values)
    return bool(choice)


def _with_spelling(choice: str, values: Sequence[str], month_first: bool) -> str:
    if choice in _DATES:
        return f"{choice}:{_order(values, month_first)}"
    if choice in _MONEY:
        comma = any(re.search(r",\d{1,2}$", value) for value in values)
        return f"{choice}:{'comma' if comma else 'point'}"
    return choice


def _order(values: Sequence[str], month_first: bool) -> str:
    dates = [found.groups() for value in values if (found := _DATE.match(value))]
    if dates and all(len(first) == _YEAR_DIGITS for first, _m, _l in dates):
        return "iso"
    if any(int(first) > _MONTHS for first, _m, _l in dates if len(first) < _YEAR_DIGITS):
        return "day-first"
    if month_first or any(int(middle) > _MONTHS for _f, middle, _l in dates):
        return "month-first"
    return "day-first"


def _one_number(found: dict[str, str], columns: Sequence[str]) -> None:
    """Somebody must be known by something: else by the account, the contract or the source's id."""
    if "customer.number" in found.values():
        return
    for stand_in in ("account.number", "id.external", "id.contract"):
        for column in columns:
            if found[column] == stand_in:
                found[column] = "customer.number"
                return
