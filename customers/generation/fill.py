"""Write invented homes into the customer tables with COPY, a batch of homes at a time."""

import json
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from crm.generation import (
    Report,
    Wanted,
    analyze,
    batches,
    copy_rows,
    copy_text,
    generates,
    invented_id,
    reserve_ids,
    without_indexes,
)
from customers import search_words
from customers.folding import compact
from customers.generation.people import Home, Person, homes
from customers.models import (
    Account,
    Agreement,
    CommunicationNeed,
    ContactMedium,
    Customer,
    CustomerRole,
    Identifier,
    Party,
    PartyRelationship,
    Product,
    SearchToken,
)

_BATCH = 5_000
_SOURCE = "generated"
_FIRST_MOBILE = 447700900000

_COLUMNS: dict[type[Any], tuple[str, ...]] = {
    Party: (
        "id", "public_id", "kind", "status", "name", "given_name", "middle_name", "family_name",
        "preferred_name", "title", "gender", "birth_date", "nationality", "marital_status",
        "trading_name", "organization_type", "language", "as_given", "source", "created_at",
        "updated_at",
    ),
    Customer: (
        "id", "public_id", "number", "name", "party_id", "type", "segment", "status",
        "status_as_given", "status_reason", "since", "ended_at", "end_reason", "care_note",
        "characteristics", "as_given", "source", "created_at", "updated_at",
    ),
    ContactMedium: (
        "public_id", "party_id", "type", "type_as_given", "value", "normalised",
        "reversed_digits", "characteristic", "role", "preferred", "state", "verified_at",
        "valid_from", "recorded_at",
    ),
    CommunicationNeed: (
        "party_id", "topic", "channel", "language", "time_zone", "accessibility", "recorded_at",
    ),
    Identifier: ("party_id", "kind", "issuer", "value", "valid_from", "recorded_at"),
    PartyRelationship: ("source_id", "target_id", "kind", "note", "valid_from", "recorded_at"),
    CustomerRole: (
        "public_id", "customer_id", "party_id", "role", "note", "valid_from", "recorded_at",
    ),
    Account: (
        "public_id", "customer_id", "number", "payment_method", "paperless", "monthly_charge",
        "total_charged", "currency", "recorded_at",
    ),
    Agreement: (
        "public_id", "customer_id", "name", "term", "sla_tier", "valid_from", "valid_to",
        "recorded_at",
    ),
    Product: (
        "public_id", "customer_id", "name", "kind", "service_number", "status", "options",
        "valid_from", "recorded_at",
    ),
}  # fmt: skip

_PLANS = (
    ("Fibre 900", "broadband", 42),
    ("Fibre 150", "broadband", 29),
    ("Mobile Unlimited", "mobile", 22),
    ("Mobile Start", "mobile", 9),
    ("Home phone", "voice", 12),
    ("TV Family", "tv", 18),
)
_PAYMENTS = ("Direct debit", "Direct debit", "Direct debit", "Card", "Bank transfer", "Cash")
_CARE = ("Medical alarm on the line", "Large-print bills", "Hard of hearing: write, don't call")


@dataclass(slots=True)
class _Pages:
    """Rows waiting for their COPY, by table."""

    ids: random.Random
    rows: dict[type[Any], list[tuple[Any, ...]]] = field(
        default_factory=lambda: {model: [] for model in _COLUMNS}
    )
    words: list[str] = field(default_factory=list)

    def add(self, model: type[Any], *values: Any) -> None:
        self.rows[model].append(values)

    def write(self) -> None:
        for model, columns in _COLUMNS.items():
            copy_rows(model, columns, self.rows[model])
            self.rows[model].clear()
        copy_text(SearchToken, ("customer_id", "kind", "token"), self.words)
        self.words.clear()


@generates(order=10, title="customers")
def fill_customers(wanted: Wanted, report: Report) -> None:
    """Parties, customers and everything hanging from them, then the words to find them by."""
    dice = wanted.dice("customers")
    party_ids = reserve_ids(Party, wanted.customers)
    customer_ids = reserve_ids(Customer, wanted.customers)
    # Ids of their own dice: the same people may be invented twice, the same ids may not.
    pages, done = _Pages(wanted.dice(f"ids from {party_ids[0]}")), 0
    with without_indexes(*_COLUMNS, SearchToken):
        for some in batches(homes(dice, wanted.customers, wanted.now), _BATCH // 2):
            for home in some:
                done = _write_home(
                    pages, dice, home, done, party_ids=party_ids, customer_ids=customer_ids
                )
            pages.write()
            report("customers", done, wanted.customers)
    analyze(*_COLUMNS, SearchToken)


def _write_home(
    pages: _Pages,
    dice: random.Random,
    home: Home,
    done: int,
    *,
    party_ids: range,
    customer_ids: range,
) -> int:
    payer = party_ids[done]
    for place, person in enumerate(home.people):
        party_id, customer_id = party_ids[done], customer_ids[done]
        _party(pages, dice, person, home, party_id)
        _customer(pages, dice, person, home, party_id=party_id, customer_id=customer_id)
        media = _contacts(pages, dice, person, home, party_id=party_id)
        codes = _dealings(pages, dice, home, customer_id=customer_id, number=done)
        codes.append(("id", str(_FIRST_MOBILE + party_id)))
        _words(pages, person, customer_id, codes, media)
        if place:
            kind = "partner" if place == 1 else "household"
            since = home.since
            pages.add(PartyRelationship, payer, party_id, kind, "", since, since)
            if dice.random() < 0.5:  # noqa: PLR2004  # every second home has one payer
                pages.add(PartyRelationship, payer, party_id, "payer", "", since, since)
                role_id = invented_id(pages.ids, since)
                pages.add(CustomerRole, role_id, customer_id, payer, "payer", "", since, since)
        done += 1
    return done


def _name(person: Person) -> str:
    return person.company or f"{person.given} {person.family}"


def _number(customer_id: int) -> str:
    return f"C-{customer_id + 40_000_000}"


def _party(pages: _Pages, dice: random.Random, person: Person, home: Home, party_id: int) -> None:
    company = bool(person.company)
    pages.add(
        Party, party_id, invented_id(pages.ids, home.since),
        "organization" if company else "individual",
        "validated" if dice.random() < 0.8 else "initialized",  # noqa: PLR2004  # a share of the made-up people
        _name(person), person.given, "", person.family, "",
        "", person.gender, person.birth, "", "", person.company,
        person.company.rsplit(" ", 1)[-1] if company else "", person.language, "{}", _SOURCE,
        home.since, home.since,
    )  # fmt: skip


def _customer(
    pages: _Pages,
    dice: random.Random,
    person: Person,
    home: Home,
    *,
    party_id: int,
    customer_id: int,
) -> None:
    chance = dice.random()
    lasted = timedelta(days=dice.randint(200, 900))
    ended = home.since + lasted if chance < 0.06 and lasted < home.for_now else None  # noqa: PLR2004  # a share of the made-up people
    status = "terminated" if ended else "services-ended" if chance > 0.98 else "active"  # noqa: PLR2004  # a share of the made-up people
    segment = "small-business" if person.company else dice.choice(("home", "home", "home-plus"))
    pages.add(
        Customer, customer_id, invented_id(pages.ids, home.since), _number(customer_id),
        _name(person), party_id,
        "business" if person.company else "consumer", segment, status, "", "", home.since, ended,
        dice.choice(("customer-asked", "our-decision")) if ended else "",
        dice.choice(_CARE) if dice.random() < 0.03 else "", "[]", "{}", _SOURCE, home.since,  # noqa: PLR2004  # a share of the made-up people
        home.since,
    )  # fmt: skip


def _contacts(
    pages: _Pages, dice: random.Random, person: Person, home: Home, *, party_id: int
) -> list[dict[str, str]]:
    mobile = str(_FIRST_MOBILE + party_id)
    local = compact(person.company or f"{person.given}{person.family}")
    email = f"{local.encode('ascii', 'ignore').decode() or 'kunde'}.{party_id}@example.org"
    post = json.dumps({"street1": home.street, "city": home.town, "postCode": home.postcode})
    checked = home.since + timedelta(days=3)
    address = f"{home.street}, {home.town} {home.postcode}"
    likes_mail = dice.random() < 0.6  # noqa: PLR2004  # a share of the made-up people
    media = []
    for kind, value, normal, backwards, parts, role, preferred in (
        ("mobile", f"+{mobile}", f"+{mobile}", mobile[::-1], "{}", "service", not likes_mail),
        ("email", email, email, "", "{}", "bills", likes_mail),
        ("address", address, compact(address), "", post, "installed and billing", False),
    ):
        good = dice.random() < 0.7  # noqa: PLR2004  # a share of the made-up people
        pages.add(
            ContactMedium, invented_id(pages.ids, home.since), party_id, kind, "", value, normal,
            backwards, parts, role, preferred, "verified" if good else "unverified",
            checked if good else None, home.since, home.since,
        )  # fmt: skip
        media.append(
            {"type": kind, "value": value, "normalised": normal, "reversed_digits": backwards}
        )
    pages.add(Identifier, party_id, "msisdn", "", mobile, home.since, home.since)
    pages.add(
        CommunicationNeed, party_id, "service", "email" if likes_mail else "sms", person.language,
        "Europe/London", "", home.since,
    )  # fmt: skip
    return media


def _dealings(
    pages: _Pages, dice: random.Random, home: Home, *, customer_id: int, number: int
) -> list[search_words.Word]:
    """What they have with us; answers the codes by which it is found."""
    plans = dice.sample(_PLANS, k=dice.choice((1, 1, 2, 3)))
    monthly = sum(price for _, _, price in plans)
    since = home.since.date()
    term = dice.choice((1, 12, 12, 24))
    account = f"BA-{customer_id + 7_730_000}"
    codes = [("account", account)]
    pages.add(
        Account, invented_id(pages.ids, home.since), customer_id, account,
        dice.choice(_PAYMENTS), dice.random() < 0.75, monthly, monthly * home.months, "GBP",  # noqa: PLR2004  # a share of the made-up people
        home.since,
    )  # fmt: skip
    tier = dice.choice(("standard",) * 6 + ("gold", "platinum"))
    pages.add(
        Agreement, invented_id(pages.ids, home.since), customer_id, f"Home {tier.title()}",
        f"{term} months" if term > 1 else "monthly", tier, since, None, home.since,
    )  # fmt: skip
    for place, (name, kind, _) in enumerate(plans):
        service = f"{kind[:4].upper()}-{number:07d}{place}"
        codes.append(("service", service))
        pages.add(
            Product, invented_id(pages.ids, home.since), customer_id, name, kind,
            service, "active", "{}", since, home.since,
        )  # fmt: skip
    return codes


def _words(
    pages: _Pages,
    person: Person,
    customer_id: int,
    codes: list[search_words.Word],
    media: list[dict[str, str]],
) -> None:
    """The words by which an invented customer is found."""
    name = _name(person)
    party = {"name": name, "given_name": person.given, "family_name": person.family}
    words = search_words.of_new_customer(
        number=_number(customer_id),
        name=name,
        party=party | {"trading_name": person.company},
        codes=codes,
        media=media,
    )
    pages.words += [f"{customer_id}\t{kind}\t{word}\n" for kind, word in sorted(words)]
