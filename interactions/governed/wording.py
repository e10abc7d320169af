"""Wording: what customers are told, per occasion and language, with the blanks we fill in."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Any, Final

from interactions.governed import words
from readiness.registry.slots import Slot

OCCASIONS: Final[Mapping[str, frozenset[str]]] = {
    "delay": frozenset({"name", "reference", "subject", "old_due", "new_due", "brand"}),
    "question": frozenset({"name", "reference", "subject", "question", "due", "brand"}),
    "answer": frozenset({"name", "reference", "subject", "text", "brand"}),
    "closed": frozenset({"name", "reference", "subject", "opens", "due", "brand"}),
}
# What a set of messages may leave unsaid: then nothing is sent.
MAY_LACK: Final = frozenset({"closed"})
FALLBACK: Final = "en"

BASELINE: Final[Mapping[str, Any]] = {
    "templates": {
        "en": {
            "delay": {
                "subject": "$reference: we need more time",
                "body": (
                    "Hello $name,\n\n"
                    "about “$subject”: we won't be ready by $old_due as promised. "
                    "We're sorry. Our new promise is $new_due.\n\n"
                    "You don't need to do anything.\n\n$brand\n$reference"
                ),
            },
            "question": {
                "subject": "$reference: we have a question",
                "body": (
                    "Hello $name,\n\nabout “$subject”, please tell us:\n\n$question\n\n"
                    "We wait for your answer until $due.\n\n$brand\n$reference"
                ),
            },
            "answer": {
                "subject": "$reference: $subject",
                "body": "Hello $name,\n\n$text\n\n$brand\n$reference",
            },
            "closed": {
                "subject": "$reference: we have your message",
                "body": (
                    "Hello $name,\n\n"
                    "we have your message “$subject”. We are closed now and open again $opens. "
                    "You will hear from us by $due.\n\n$brand\n$reference"
                ),
            },
        },
        "de": {
            "delay": {
                "subject": "$reference: Wir brauchen mehr Zeit",
                "body": (
                    "Guten Tag $name,\n\n"
                    "zu „$subject“: Wir werden nicht wie zugesagt bis $old_due fertig. "
                    "Das tut uns leid. Unsere neue Zusage ist $new_due.\n\n"
                    "Sie müssen nichts tun.\n\n$brand\n$reference"
                ),
            },
            "question": {
                "subject": "$reference: Wir haben eine Frage",
                "body": (
                    "Guten Tag $name,\n\nzu „$subject“ teilen Sie uns bitte mit:\n\n$question\n\n"
                    "Wir warten bis $due auf Ihre Antwort.\n\n$brand\n$reference"
                ),
            },
            "answer": {
                "subject": "$reference: $subject",
                "body": "Guten Tag $name,\n\n$text\n\n$brand\n$reference",
            },
            "closed": {
                "subject": "$reference: Ihre Nachricht ist da",
                "body": (
                    "Guten Tag $name,\n\n"
                    "Ihre Nachricht „$subject“ ist angekommen. Wir haben gerade geschlossen und "
                    "öffnen wieder $opens. Sie hören von uns bis $due.\n\n$brand\n$reference"
                ),
            },
        },
    }
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to be queued."""

    language: str
    subject: str
    body: str


def render(
    config: Mapping[str, Any], occasion: str, *, language: str, blanks: Mapping[str, str]
) -> Rendered:
    """The wording of an occasion in the customer's language, else in the fallback."""
    templates = config["templates"]
    chosen = next(
        tag for tag in (language, language.partition("-")[0], FALLBACK) if tag in templates
    )
    written = templates[chosen][occasion]
    subject = " ".join(Template(written["subject"]).substitute(blanks).split())
    # Quoted inside a sentence, what the customer wrote does not bring its own full stop along.
    quoted = dict(blanks, subject=blanks["subject"].rstrip(". "))
    return Rendered(chosen, subject[:250], Template(written["body"]).substitute(quoted))


def says(config: Mapping[str, Any], occasion: str) -> bool:
    """Whether every language of a set has words for an occasion."""
    return all(occasion in occasions for occasions in config["templates"].values())


def check(config: Mapping[str, Any]) -> None:
    """ValueError with a sentence unless every language has every occasion with known blanks."""
    templates = config.get("templates")
    if not isinstance(templates, Mapping) or FALLBACK not in templates:
        raise ValueError(f"A template set has “templates” by language, {FALLBACK} among them.")
    for language, occasions in templates.items():
        for occasion, blanks in OCCASIONS.items():
            written = occasions.get(occasion)
            if written is None and occasion in MAY_LACK:
                continue
            if not isinstance(written, Mapping) or not {"subject", "body"} <= set(written):
                raise ValueError(f"“{language}” lacks the subject and body of “{occasion}”.")
            for part in ("subject", "body"):
                _check_blanks(f"{language}, {occasion}, {part}", str(written[part]), blanks)


def _check_blanks(where: str, text: str, blanks: frozenset[str]) -> None:
    template = Template(text)
    if not template.is_valid():
        raise ValueError(f"{where}: a $ stands alone; write $$ for a dollar sign.")
    strange = set(template.get_identifiers()) - blanks
    if strange:
        raise ValueError(f"{where}: nobody fills in ${', $'.join(sorted(strange))}.")


SLOT: Final = Slot(
    key="notify.template_set",
    title="Messages to customers",
    unit="customer",
    processes=("1.3.5.5",),
    personal_data=True,
    baseline=BASELINE,
    code_ref="interactions.processes.notify_customer",
    check_config=check,
    settings=words.TEMPLATES,
)
