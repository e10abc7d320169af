"""Macros: the texts an installation starts with, and how their blanks are filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing a macro may do: what must be said of it, and what may be."""

    needs: Mapping[str, type]
    may: Mapping[str, type] = field(default_factory=dict)


EFFECTS: Final[Mapping[str, Effect]] = {
    "tag": Effect({"tag": str}),
    "untag": Effect({"tag": str}),
    "take": Effect({}),
    "transfer": Effect({"team": str}),
    "snooze": Effect({"hours": int}),
    "wait": Effect({"for": str}),
    "ask": Effect({"question": str, "days": int, "silence": str}, {"note": str}),
    "follow_up": Effect({"kind": str, "note": str, "days": int}),
    "priority": Effect({"priority": int}),
    "reason": Effect({"reason": str}),
    "complete": Effect({"outcome": str}, {"note": str}),
}
MOST_EFFECTS: Final = 10
# Hours or days beyond it are no time that a calendar has.
_MOST: Final = 10_000


def check_effects(effects: Any) -> None:
    """ValidationError with a sentence unless each is known and says what it must.

    Whether it is allowed shows when it is done: that depends on the matter and on who does it.
    """
    if not isinstance(effects, list) or len(effects) > MOST_EFFECTS:
        raise ValidationError(_("A list of at most %(n)d effects.") % {"n": MOST_EFFECTS})
    for number, effect in enumerate(effects, start=1):
        known = EFFECTS.get(str(effect.get("do"))) if isinstance(effect, dict) else None
        if known is None:
            raise ValidationError(
                _("Effect %(n)d: “do” is one of %(known)s.")
                % {"n": number, "known": ", ".join(EFFECTS)}
            )
        _check_said(number, {key: said for key, said in effect.items() if key != "do"}, known)


def _check_said(number: int, said: Mapping[str, Any], known: Effect) -> None:
    takes = {**known.needs, **known.may}
    wrong = [
        key
        for key, value in said.items()
        if type(value) is not takes.get(key) or (isinstance(value, int) and not 0 < value <= _MOST)
    ]
    missing = [key for key in known.needs if key not in said]
    if wrong or missing:
        wanted = ", ".join(f"{key} ({kind.__name__})" for key, kind in takes.items())
        raise ValidationError(
            _("Effect %(n)d takes: %(wanted)s.")
            % {"n": number, "wanted": wanted or _("nothing more")}
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
