"""The decision table as shipped: what common offerings of a telecom need to know."""

from typing import Any, Final

_FIBRE: Final = ["fibre-900", "fibre-150"]
_MOBILE: Final = ["mobile-unlimited", "mobile-start"]
_FIXED: Final = ["home-phone", "tv-family"]

BASELINE: Final[dict[str, Any]] = {
    "regions": ["GB", "IE", "elsewhere"],
    "offerings": [
        {
            "key": "fibre-900",
            "name": "Fibre 900",
            "options": ["static_ip", "installation", "device"],
        },
        {
            "key": "fibre-150",
            "name": "Fibre 150",
            "options": ["static_ip", "installation", "device"],
        },
        {
            "key": "mobile-unlimited",
            "name": "Mobile Unlimited",
            "options": ["number_transfer", "device"],
        },
        {"key": "mobile-start", "name": "Mobile Start", "options": ["number_transfer", "device"]},
        {"key": "home-phone", "name": "Home phone", "options": ["number_transfer"]},
        {"key": "tv-family", "name": "TV Family", "options": ["device"]},
    ],
    "options": [
        {"key": "static_ip", "name": "Static IP address", "values": ["no", "yes"]},
        {"key": "installation", "name": "Installation", "values": ["engineer", "self"]},
        {"key": "device", "name": "Device", "values": ["none", "bought", "credit"]},
        {"key": "number_transfer", "name": "Bring a number along", "values": ["no", "yes"]},
    ],
    "items": [
        {
            "key": "name",
            "name": "Full name",
            "look": "party.name",
            "where": "Ask the customer; the record has it under “Change”.",
        },
        {
            "key": "birth_date",
            "name": "Date of birth",
            "look": "party.birth_date",
            "where": "Ask the customer, or read it from the identity document.",
        },
        {
            "key": "identity",
            "name": "Identity document seen",
            "look": "party.identity",
            "where": "In a shop or by video: passport, identity card or driving licence.",
            "max_age_days": 3650,
        },
        {
            "key": "registration",
            "name": "Company registration number",
            "look": "recorded",
            "where": "The public company register.",
        },
        {
            "key": "signatory",
            "name": "Who may sign",
            "look": "contact.role:signatory",
            "where": "The company names a person; the register says who may.",
        },
        {
            "key": "reach",
            "name": "A number or address that reaches the customer",
            "look": "contact.reach",
            "where": "Ask in the next contact and verify with a code.",
        },
        {
            "key": "email",
            "name": "E-mail address",
            "look": "contact.email",
            "where": "Ask the customer; contract and bills go there.",
        },
        {
            "key": "payment",
            "name": "How bills are paid",
            "look": "account.payment",
            "where": "Direct debit mandate or card.",
        },
        {
            "key": "address",
            "name": "Installation address",
            "look": "contact.address",
            "where": "Ask the customer; check it against the address file.",
        },
        {
            "key": "building_access",
            "name": "Access to the building",
            "look": "recorded",
            "where": "Landlord or facility manager: who opens, when, and may fibre be laid.",
            "max_age_days": 365,
        },
        {
            "key": "appointment",
            "name": "Appointment with the engineer",
            "look": "recorded",
            "where": "Field service planning.",
            "max_age_days": 60,
        },
        {
            "key": "technical_contact",
            "name": "Technical contact",
            "look": "contact.role:technical",
            "where": "Who runs the network there: name the person, phone or e-mail.",
            "max_age_days": 730,
        },
        {
            "key": "transfer_code",
            "name": "Transfer code of the old provider",
            "look": "recorded",
            "where": "The customer gets it by a text to the old provider; it lives 30 days.",
            "max_age_days": 30,
        },
        {
            "key": "emergency_address",
            "name": "Address for emergency calls",
            "look": "recorded",
            "where": "Where the phone stands, as emergency services need it.",
            "max_age_days": 1825,
        },
    ],
    "rules": [
        {
            "part": "identity",
            "name": "consumer",
            "when": {"type": ["consumer"]},
            "needs": ["name", "birth_date"],
            "optional": ["identity"],
        },
        {
            "part": "identity",
            "name": "business",
            "when": {"type": ["business"]},
            "needs": ["name", "registration", "signatory"],
        },
        {
            "part": "credit",
            "name": "device on credit",
            "when": {"device": ["credit"]},
            "needs": ["identity"],
            "max_age_days": 90,
        },
        {"part": "credit", "name": "no credit", "when": {"device": ["none", "bought"]}},
        {"part": "contact", "name": "everyone", "needs": ["reach"], "optional": ["email"]},
        {"part": "payment", "name": "everyone", "needs": ["payment"]},
        {
            "part": "installation",
            "name": "fibre by an engineer",
            "when": {"offering": _FIBRE, "installation": ["engineer"]},
            "needs": ["address", "building_access", "appointment"],
        },
        {
            "part": "installation",
            "name": "fibre, self-installed",
            "when": {"offering": _FIBRE, "installation": ["self"]},
            "needs": ["address", "building_access"],
        },
        {
            "part": "installation",
            "name": "at home",
            "when": {"offering": _FIXED},
            "needs": ["address"],
        },
        {
            "part": "installation",
            "name": "mobile",
            "when": {"offering": _MOBILE},
            "optional": ["address"],
        },
        {
            "part": "network",
            "name": "static IP address",
            "when": {"static_ip": ["yes"]},
            "needs": ["technical_contact"],
        },
        {"part": "network", "name": "usual", "when": {"static_ip": ["no"]}},
        {
            "part": "number",
            "name": "brought along",
            "when": {"number_transfer": ["yes"]},
            "needs": ["transfer_code"],
        },
        {"part": "number", "name": "new", "when": {"number_transfer": ["no"]}},
        {
            "part": "emergency calls",
            "name": "voice at a fixed place",
            "when": {"offering": ["home-phone"], "region": ["GB", "IE"]},
            "needs": ["emergency_address"],
        },
        {
            "part": "emergency calls",
            "name": "voice elsewhere",
            "when": {"offering": ["home-phone"], "region": ["elsewhere"]},
            "optional": ["emergency_address"],
        },
        {
            "part": "emergency calls",
            "name": "no voice at a fixed place",
            "when": {"offering": [*_FIBRE, *_MOBILE, "tv-family"]},
        },
    ],
}
