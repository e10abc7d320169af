"""Which column of a file says what about a person, guessed from its header or said by a mapping."""

from collections.abc import Mapping, Sequence
from typing import Any

from customers.folding import words

# What a column can say, and the spellings of its header that are understood (folded, joined).
SPELLINGS: dict[str, tuple[str, ...]] = {
    "given_name": (
        "givenname", "givennames", "firstname", "firstnames", "forename", "forenames", "fname",
        "first", "given", "christianname", "vorname", "prenom", "nombre", "nombres", "imie",
        "voornaam", "fornavn", "fornamn", "etunimi", "jmeno", "primeironome", "имя", "名",
    ),
    "family_name": (
        "surname", "surnames", "lastname", "lastnames", "familyname", "lname", "last", "family",
        "sname", "secondname", "nachname", "familienname", "nomdefamille", "apellido", "apellidos",
        "nazwisko", "achternaam", "etternavn", "efternamn", "sukunimi", "prijmeni", "sobrenome",
        "cognome", "familynames", "zuname", "sname1", "фамилия", "姓",
    ),
    "middle_name": ("middlename", "middlenames", "middle", "mname", "patronymic", "отчество"),
    "full_name": (
        "name", "fullname", "personname", "customername", "clientname", "displayname", "nom",
        "contactname", "subscribername", "custname", "completename", "nomecompleto", "фио", "姓名",
    ),
    "birth_date": (
        "dateofbirth", "dob", "birthdate", "birthday", "birth", "born", "datebirth", "bday",
        "geburtsdatum", "geburtstag", "datedenaissance", "fechadenacimiento", "fechanacimiento",
        "dataurodzenia", "geboortedatum", "datanascimento", "datadinascita", "датарождения",
    ),
    "birth_year": ("birthyear", "yearofbirth", "yob"),
    "birth_month": ("birthmonth", "monthofbirth"),
    "birth_day": ("birthday day", "dayofbirth"),
    "house_number": (
        "streetnumber", "streetno", "streetnum", "housenumber", "houseno", "housenum",
        "buildingnumber", "stno", "hausnummer", "hausnr", "huisnummer", "civicnumber",
    ),
    "street": (
        "address1", "address", "street", "streetname", "streetaddress", "addressline1", "addr1",
        "addr", "addrline1", "road", "strasse", "str", "straße", "rue", "calle", "ulica", "straat",
        "adresse", "direccion", "postaladdress", "homeaddress", "adres", "улица", "адрес",
        "mailingaddress", "residentialaddress", "addressstreet",
    ),
    "street_more": (
        "address2", "addressline2", "addr2", "addrline2", "unit", "flat", "apartment", "apt",
        "building", "propertyname", "suite", "address3", "addressline3",
    ),
    "locality": (
        "suburb", "city", "town", "locality", "village", "cityname", "addresscity", "ort", "stadt",
        "wohnort", "ville", "ciudad", "miasto", "plaats", "stad", "citta", "cidade", "город",
        "municipality", "placename", "posttown",
    ),
    "postcode": (
        "postcode", "postalcode", "zip", "zipcode", "plz", "postleitzahl", "codepostal", "cp",
        "codigopostal", "kodpocztowy", "cap", "pcode", "postal", "pincode", "eircode", "индекс",
        "zippostalcode", "addresspostcode", "addresszip", "zip5",
    ),
    "region": (
        "state", "region", "province", "county", "stateprovince", "bundesland", "addressstate",
        "departement", "provincia", "statecode",
    ),
    "national_id": (
        "socsecid", "ssn", "socialsecuritynumber", "socialsecurity", "socsec", "nationalid",
        "nationalidnumber", "personalid", "taxid", "nin", "nino", "pesel", "passport",
        "passportnumber", "idnumber", "idcard", "documentnumber", "sin", "tin", "personnummer",
        "socialsecurityid", "insurancenumber", "medicare", "medicarenumber", "nhsnumber", "nhs",
        "identitynumber", "governmentid", "socialinsurancenumber", "driverslicense", "ssid",
        "ausweis", "ausweisnummer", "ausweisnr", "personalausweis", "sozialversicherungsnummer",
        "svnr", "steuerid", "dni", "nif", "nie", "curp", "cpf", "bsn", "codicefiscale", "insee",
        "numerodesecuritesociale", "dokument", "documentid", "reisepass", "паспорт", "снилс",
    ),
    "phone": (
        "phone", "phonenumber", "telephone", "telephonenumber", "tel", "mobile", "mobilephone",
        "mobilenumber", "cell", "cellphone", "msisdn", "homephone", "phone1", "phone2", "workphone",
        "contactnumber", "handy", "telefon", "telefono", "gsm", "mobilenr", "phoneno", "телефон",
        "contactphone", "phonehome", "phonemobile", "telephone1",
    ),
    "email": (
        "email", "emailaddress", "mail", "emails", "email1", "contactemail", "correo", "courriel",
        "correoelectronico", "электроннаяпочта", "mailaddress", "eposta",
    ),
    "gender": ("gender", "sex", "geschlecht", "sexe", "sexo", "plec", "geslacht", "пол"),
}  # fmt: skip
SEVERAL = frozenset({"street_more", "phone", "email"})
_PREFIXES = ("customer", "cust", "client", "person", "subscriber", "contact", "home", "member")
_KNOWN = {"".join(words(one)): role for role, spelled in SPELLINGS.items() for one in spelled}


class ColumnsWrong(ValueError):
    """The columns can't be used; says what to change."""


def guessed(header: Sequence[str], *, id_column: str) -> dict[str, list[str]]:
    """Role → columns, by how the headers are spelled; a column nobody understands is left out."""
    found: dict[str, list[str]] = {}
    for column in header:
        role = _role(column)
        if role and column != id_column and (role in SEVERAL or role not in found):
            found.setdefault(role, []).append(column)
    if "given_name" in found and "family_name" not in found and "full_name" in found:
        # “Name, Vorname” and “nom, prénom”: the name beside a given name is the family's.
        found["family_name"] = found.pop("full_name")
    return found


def _role(column: str) -> str:
    joined = "".join(words(column))
    for prefix in ("", *_PREFIXES):
        if joined.startswith(prefix) and (role := _KNOWN.get(joined.removeprefix(prefix))):
            return role
    return ""


def said(mapping: Any, header: Sequence[str], *, id_column: str) -> dict[str, list[str]]:
    """Role → columns as a mapping says, the other way round too; null leaves a column out.

    Columns that the mapping does not name are guessed.
    """
    if isinstance(mapping, Mapping) and isinstance(mapping.get("columns"), Mapping):
        mapping = mapping["columns"]
    if not isinstance(mapping, Mapping):
        raise ColumnsWrong('The mapping must be an object, such as {"given_name": "Vorname"}.')
    named: dict[str, list[str]] = {}
    spoken: set[str] = set()
    for key, value in mapping.items():
        role, columns = _entry(str(key), value, header)
        spoken.update(columns)
        if role:
            named.setdefault(role, []).extend(columns)
    rest = guessed([one for one in header if one not in spoken], id_column=id_column)
    return {**{role: columns for role, columns in rest.items() if role not in named}, **named}


def _entry(key: str, value: Any, header: Sequence[str]) -> tuple[str, list[str]]:
    if key in SPELLINGS and not (key in header and value in SPELLINGS):
        columns = [value] if isinstance(value, str) else list(value or ())
        for column in columns:
            if column not in header:
                raise ColumnsWrong(
                    f"The mapping says {key} is “{column}”, but the file has no such column."
                )
        return key, columns
    if key in header:
        if not value or value in {"ignore", "-"}:
            return "", [key]
        if value in SPELLINGS:
            return value, [key]
    known = ", ".join(sorted(SPELLINGS))
    raise ColumnsWrong(f"The mapping's “{key}”: “{value}” says nothing known. Known: {known}.")
