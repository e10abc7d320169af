"""Macros: the texts an installation starts with, and how their blanks are filled in."""

from collections.abc import Mapping
from string import Template
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.starter import starter
from interactions.models import Macro, MacroText

BLANKS: Final = frozenset({"name", "reference", "subject", "agent", "brand", "due", "today"})
FALLBACK: Final = "en"

# key: (title, {language: text})
MACROS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "fault-received": (
        "Fault received",
        {
            "en": "Hello $name,\n\nwe see the fault and are working on it. We will have it mended"
            " by $due.\n\n$agent",
            "de": "Guten Tag $name,\n\nwir sehen die Störung und arbeiten daran. Behoben ist sie"
            " bis $due.\n\n$agent",
        },
    ),
    "still-working": (
        "Still working on it",
        {
            "en": "Hello $name,\n\nyour matter $reference is not finished yet, and it is not"
            " forgotten. We will be done by $due.\n\n$agent",
            "de": "Guten Tag $name,\n\nIhr Anliegen $reference ist noch nicht fertig und nicht"
            " vergessen. Wir sind bis $due so weit.\n\n$agent",
        },
    ),
    "bill-explained": (
        "Bill explained",
        {
            "en": "Hello $name,\n\nabout “$subject”: the amount is made up of\n\n\n"
            "Does that answer it?\n\n$agent",
            "de": "Guten Tag $name,\n\nzu „$subject“: Der Betrag setzt sich zusammen aus\n\n\n"
            "Ist Ihre Frage damit beantwortet?\n\n$agent",
        },
    ),
    "done": (
        "Done, please check",
        {
            "en": "Hello $name,\n\nwe have finished $reference. Does everything work now? If not,"
            " answer this message and we go on at once.\n\n$agent",
            "de": "Guten Tag $name,\n\n$reference ist erledigt. Funktioniert jetzt alles? Wenn"
            " nicht, antworten Sie einfach, wir machen dann gleich weiter.\n\n$agent",
        },
    ),
}


def check_text(text: str) -> None:
    """ValidationError with a sentence unless every blank is one that somebody fills in."""
    template = Template(text)
    if not template.is_valid():
        raise ValidationError(_("A $ stands alone; write $$ for a dollar sign."))
    strange = sorted(set(template.get_identifiers()) - BLANKS)
    if strange:
        raise ValidationError(
            _("Nobody fills in %(names)s. Known are %(known)s.")
            % {
                "names": ", ".join(f"${name}" for name in strange),
                "known": ", ".join(f"${name}" for name in sorted(BLANKS)),
            }
        )


def filled(text: str, blanks: Mapping[str, str]) -> str:
    """The text with its blanks filled in; what a customer wrote is only ever filled in, never read
    as a blank itself."""
    return Template(text).safe_substitute(blanks)


def in_language(macro: Macro, language: str) -> MacroText | None:
    """The text in this language, else in its base language, else in the fallback, else any."""
    texts = {text.language: text for text in macro.texts.all()}
    for tag in (language, language.partition("-")[0], FALLBACK):
        if tag in texts:
            return texts[tag]
    return next(iter(texts.values()), None)


@starter(order=31, title="macros for answers")
def load_macros() -> str:
    """Add the macros that are missing; what an installation reworded stays as it is."""
    added = 0
    for key, (title, texts) in MACROS.items():
        macro, new = Macro.objects.get_or_create(key=key, defaults={"title": title})
        if new:
            added += 1
            MacroText.objects.bulk_create(
                MacroText(macro=macro, language=language, body=body)
                for language, body in texts.items()
            )
    return f"{added} macros added"
