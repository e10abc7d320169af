"""What handling contacts needs beside software: colleagues who can, and words for every language.

Languages are those in which open matters wait now: what nobody asks for is not missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.accounts.models import User
from interactions.governed import SLA_CALENDAR, SLA_POLICY, TEMPLATE_SET
from interactions.governed.policies import calendars_used
from interactions.models import AgentProfile, Macro, Reason
from interactions.reads import language_of, languages_waiting
from readiness.registry.guidance import FALLBACK, languages_of_articles
from readiness.registry.resolve import CapabilityOff, resolve
from readiness.registry.supports import (
    INVENTORIES,
    SKILLS,
    Stand,
    Support,
    asked_once,
    declare,
)

_WORK: Final = "interactions.update_interaction"
_VERTICALS: Final = ("fulfilment", "assurance", "billing")
_AHEAD: Final = timedelta(days=180)
_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class _Colleague:
    """What somebody can take; an empty set means everything."""

    skills: frozenset[str]
    languages: frozenset[str]


def _colleagues() -> list[_Colleague]:
    skills = dict(AgentProfile.objects.values_list("user", "skills"))
    people = User.objects.with_perm(_WORK, include_superusers=False).filter(is_partner=False)
    return [
        _Colleague(
            frozenset(skills.get(pk) or ()), frozenset(language_of(str(one)) for one in spoken)
        )
        for pk, spoken in people.values_list("pk", "languages_spoken")
    ]


def every_reason_has_somebody() -> Stand:
    """For each reason in use: a colleague whose skills hold it, or whose skills are not limited."""
    people = asked_once(_colleagues)
    if not people:
        return Stand(_("Nobody may work on contacts."), _("nobody"), stops=True)
    able = {
        name: sum(not one.skills or bool(one.skills & {key, vertical}) for one in people)
        for key, vertical, name in Reason.objects.filter(active=True).values_list(
            "key", "vertical", "name"
        )
    }
    if nobody := [name for name, n in able.items() if n == 0]:
        said = _("Nobody takes these from the queue: %(names)s.") % {"names": _some(nobody)}
        return Stand(said, _few(len(nobody)), stops=True)
    if alone := [name for name, n in able.items() if n == 1]:
        said = _("One colleague alone can take: %(names)s.") % {"names": _some(alone)}
        return Stand(said, _("one person"))
    return Stand(
        _("%(n)d colleagues; every reason has at least two who take it.") % {"n": len(people)}
    )


def every_language_has_somebody() -> Stand:
    """For each language that open matters wait in: a colleague who speaks it."""
    people, waiting = asked_once(_colleagues), asked_once(languages_waiting)
    unspoken = {
        tag: n
        for tag, n in waiting.items()
        if not any(not one.languages or tag in one.languages for one in people)
    }
    if not unspoken:
        return Stand(_("Open matters wait in %(tags)s.") % {"tags": _some(sorted(waiting)) or "–"})
    said = _("Nobody speaks %(tags)s: %(n)d open matters find no colleague.")
    about = {"tags": _some(sorted(unspoken)), "n": sum(unspoken.values())}
    return Stand(said % about, _lacks(unspoken), stops=True)


def messages_speak_every_language() -> Stand:
    """Customers are told things in their language, else in the fallback."""
    try:
        written = {language_of(tag) for tag in resolve(TEMPLATE_SET.key).config["templates"]}
    except CapabilityOff:
        return Stand(_("Messages to customers are switched off."), _("off"), stops=True)
    return _spoken(written, _("Messages to customers"))


def macros_speak_every_language() -> Stand:
    """Texts written often: every one in every language that is asked for."""
    rows = Macro.objects.filter(active=True).values_list("key", "texts__language")
    by_key: dict[str, set[str]] = {}
    for key, language in rows:
        by_key.setdefault(key, set()).add(language or "")
    return _written(by_key, _("Macros"))


def articles_for_colleagues() -> Stand:
    return _written(languages_of_articles(for_customers=False), _("Articles"))


def articles_for_customers() -> Stand:
    return _written(languages_of_articles(for_customers=True), _("Articles for customers"))


def every_vertical_has_reasons() -> Stand:
    """What a contact can be about, in each of fulfilment, assurance and billing."""
    there = list(Reason.objects.filter(active=True).values_list("vertical", flat=True))
    if lacking := [one for one in _VERTICALS if one not in there]:
        said = _("No reason in use belongs to %(names)s.") % {"names": _some(lacking)}
        return Stand(said, _few(len(lacking)), stops=True)
    return Stand(_("%(n)d reasons in use.") % {"n": len(there)})


def calendars_know_their_holidays() -> Stand:
    """Every calendar that promises use is there, with the holidays of the next half year."""
    try:
        written = resolve(SLA_CALENDAR.key).config["calendars"]
        used = calendars_used(resolve(SLA_POLICY.key).config)
    except CapabilityOff:
        return Stand(_("Promises are switched off."), _("off"), stops=True)
    if lacking := sorted(used - set(written)):
        said = _("Promises use calendars that are not there: %(names)s.")
        return Stand(said % {"names": _some(lacking)}, _("missing"), stops=True)
    until = (timezone.localdate() + _AHEAD).isoformat()
    today = timezone.localdate().isoformat()
    blank = [
        name
        for name in sorted(used)
        if not written[name].get("always")
        and not any(today <= day <= until for day in written[name].get("exceptions") or ())
    ]
    if blank:
        said = _("No holiday of the next half year stands in %(names)s.") % {"names": _some(blank)}
        return Stand(said, _("no holidays"))
    return Stand(_("%(n)d calendars, with the holidays ahead.") % {"n": len(used)})


def _spoken(written: set[str], what: str) -> Stand:
    missing = sorted(set(asked_once(languages_waiting)) - written)
    if missing:
        said = _("%(what)s lack %(tags)s; customers are told in %(fallback)s.")
        return Stand(
            said % {"what": what, "tags": _some(missing), "fallback": FALLBACK},
            _lacks(missing),
        )
    return Stand(_("%(what)s are written in %(tags)s.") % {"what": what, "tags": _some(written)})


def _written(by_key: dict[str, set[str]], what: str) -> Stand:
    """A shelf of texts: how many there are, and which languages some of them lack."""
    if not by_key:
        return Stand(_("%(what)s: there are none yet.") % {"what": what}, _("none"))
    needed = {*asked_once(languages_waiting), FALLBACK}
    lacking = {tag: sum(tag not in texts for texts in by_key.values()) for tag in needed}
    short = {tag: n for tag, n in lacking.items() if n}
    if short:
        said = _("%(what)s not written: %(tags)s.")
        tags = _some(f"{n} × {tag}" for tag, n in sorted(short.items()))
        return Stand(said % {"what": what, "tags": tags}, _few(sum(short.values())))
    return Stand(_("%(what)s: %(n)d, in every language.") % {"what": what, "n": len(by_key)})


def _lacks(tags: Iterable[str]) -> str:
    return _("lacks %(tags)s") % {"tags": ", ".join(sorted(tags)[:_NAMED])}


def _few(n: int) -> str:
    return ngettext("%(n)d missing", "%(n)d missing", n) % {"n": n}


def _some(names: Iterable[str]) -> str:
    every = sorted(names)
    more = len(every) - _NAMED
    shown = ", ".join(every[:_NAMED])
    return _("%(names)s and %(n)d more") % {"names": shown, "n": more} if more > 0 else shown


for _key, _title, _column, _processes, _judge in (
    ("skills.reasons", gettext_lazy("Colleagues for every reason"), SKILLS,
     ("1.3.5.6", "1.3.5.4", "1.3.5.2"), every_reason_has_somebody),
    ("skills.languages", gettext_lazy("Colleagues for every language"), SKILLS,
     ("1.3.5.6",), every_language_has_somebody),
    ("stock.messages", gettext_lazy("Messages in every language"), INVENTORIES,
     ("1.3.5.5",), messages_speak_every_language),
    ("stock.macros", gettext_lazy("Macros in every language"), INVENTORIES,
     ("1.3.5.2",), macros_speak_every_language),
    ("stock.articles", gettext_lazy("Articles for colleagues"), INVENTORIES,
     ("1.3.5.6",), articles_for_colleagues),
    ("stock.help", gettext_lazy("Articles for customers"), INVENTORIES,
     ("1.3.5.9",), articles_for_customers),
    ("stock.reasons", gettext_lazy("Reasons of contacts"), INVENTORIES,
     ("1.3.5.4",), every_vertical_has_reasons),
    ("stock.calendars", gettext_lazy("Calendars with their holidays"), INVENTORIES,
     ("1.3.5.6",), calendars_know_their_holidays),
):  # fmt: skip
    declare(Support(_key, _title, _column, _processes, _judge))
