"""Satisfaction survey: what customers are asked after closing, in which words, how rarely."""

from collections.abc import Mapping
from string import Template
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from readiness.registry.settings import Setting
from readiness.registry.slots import Slot

KINDS: Final = ("csat", "ces", "nps")
BLANKS: Final = frozenset({"name", "reference", "subject", "question", "answers", "brand"})
_WORDS: Final = ("subject", "body", "question", "low", "high")
FALLBACK: Final = "en"

BASELINE: Final[Mapping[str, Any]] = {
    "ask": "csat",
    # One customer is asked at most once in so many days, whatever was closed.
    "rest_days": 30,
    "open_days": 14,
    # Nothing was done for these: there is nothing to judge.
    "not_after": ["no-answer", "withdrawn"],
    "words": {
        "en": {
            "subject": "$reference: how did we do?",
            "body": (
                "Hello $name,\n\n“$subject” is closed. $question One click is enough:\n\n"
                "$answers\n\n$brand\n$reference"
            ),
            "question": "How satisfied are you with how we handled it?",
            "low": "not at all",
            "high": "completely",
        },
        "de": {
            "subject": "$reference: Wie waren wir?",
            "body": (
                "Guten Tag $name,\n\n„$subject“ ist abgeschlossen. $question "
                "Ein Klick genügt:\n\n$answers\n\n$brand\n$reference"
            ),
            "question": "Wie zufrieden sind Sie mit der Bearbeitung?",
            "low": "gar nicht",
            "high": "vollkommen",
        },
    },
}

SETTINGS: Final[Mapping[str, Setting]] = {
    "ask": Setting(
        _("We ask about"),
        choices={
            "csat": _("Satisfaction, 1 to 5"),
            "ces": _("Ease, 1 to 7"),
            "nps": _("Would recommend us, 0 to 10"),
        },
    ),
    "rest_days": Setting(_("A customer is asked once in"), unit=_("days")),
    "open_days": Setting(_("The answer counts for"), unit=_("days")),
    "not_after": Setting(
        _("Not asked after"), _("Outcomes after which there is nothing to judge.")
    ),
    "words": Setting(_("Wording"), one=_("Language")),
    "words.*.subject": Setting(_("Subject")),
    "words.*.body": Setting(_("Text"), _("$answers is replaced by a link for each."), kind="long"),
    "words.*.question": Setting(_("Question")),
    "words.*.low": Setting(_("The lowest answer means")),
    "words.*.high": Setting(_("The highest answer means")),
}


def check(config: Mapping[str, Any]) -> None:
    """ValueError with a sentence unless customers can be asked by it."""
    if config.get("ask") not in KINDS:
        raise ValueError("“ask” is one of csat, ces and nps.")
    for key in ("rest_days", "open_days"):
        value = config.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"“{key}” is a whole number of days, 1 or more.")
    if not isinstance(config.get("not_after"), list):
        raise ValueError("“not_after” lists outcomes; it may be empty.")
    words = config.get("words")
    if not isinstance(words, dict) or FALLBACK not in words:
        raise ValueError("The wording is there in English at least.")
    for language, said in words.items():
        _check_words(str(language), said)


def _check_words(language: str, said: object) -> None:
    if not isinstance(said, dict) or any(
        not isinstance(said.get(name), str) or not said[name].strip() for name in _WORDS
    ):
        raise ValueError(f"{language}: {', '.join(_WORDS)} are all needed.")
    for name in ("subject", "body"):
        template = Template(said[name])
        if not template.is_valid() or not BLANKS.issuperset(template.get_identifiers()):
            raise ValueError(f"{language}, {name}: the blanks are {', '.join(sorted(BLANKS))}.")
    if "answers" not in Template(said["body"]).get_identifiers():
        raise ValueError(f"{language}: without $answers in the text nobody can answer.")


def words(config: Mapping[str, Any], language: str) -> Mapping[str, str]:
    """The wording for somebody of this language."""
    said: Mapping[str, str] = config["words"][asked_in(config, language)]
    return said


def asked_in(config: Mapping[str, Any], language: str) -> str:
    """The language itself where there is wording in it, else its main language, else English."""
    near = (language, language.split("-", maxsplit=1)[0])
    return next((code for code in near if config["words"].get(code)), FALLBACK)


def letter(config: Mapping[str, Any], language: str, blanks: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text of the question, every blank filled."""
    said = words(config, language)
    filled = {**blanks, "question": said["question"]}
    return (
        Template(said["subject"]).substitute(filled),
        Template(said["body"]).substitute(filled),
    )


SLOT: Final = Slot(
    key="survey.satisfaction",
    title="Satisfaction survey",
    unit="customer",
    processes=("1.3.5.7",),
    personal_data=True,
    baseline=BASELINE,
    code_ref="interactions.processes.measure_satisfaction",
    check_config=check,
    settings=SETTINGS,
)
