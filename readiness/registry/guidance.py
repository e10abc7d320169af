"""Procedures and articles at hand: what fits a matter, and what became of what was shown.

Suggested are versions in effect and validated articles only. A reason that names the matter says
most, then the words they share; the vertical only decides between equals.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from crm.access import Actor
from readiness.models import (
    ArticleText,
    GuidanceUse,
    KnowledgeArticle,
    Procedure,
    ProcedureVersion,
)
from readiness.tokens import words_of

FALLBACK = "en"
_BY_REASON, _BY_WORD, _BY_VERTICAL = 5.0, 1.0, 0.5
_MOST_BY_WORDS = 4
# By the vertical alone everything would fit everything, and two words in common are chance
# where the vertical is another.
_ENOUGH = 2.5
_LOOKED_AT = 200
_UNREAD = 5
_STEPS = GuidanceUse.Step


@dataclass(frozen=True, slots=True)
class Guidance:
    """One procedure or article for a matter, in the language asked for where there is one."""

    kind: str
    pk: int
    key: str
    title: str
    language: str
    body: str
    number: int
    used: int
    solved: int
    for_customers: bool
    score: float

    @property
    def steps(self) -> list[str]:
        return [line.strip() for line in self.body.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a matter: its reason, verticals and words."""

    reason: str
    verticals: frozenset[str]
    words: frozenset[str]

    def fits(self, reasons: Iterable[str], verticals: Iterable[str], words: Iterable[str]) -> float:
        shared = len(self.words & set(words))
        score = _BY_REASON * (self.reason in set(reasons)) if self.reason else 0.0
        score += _BY_WORD * min(shared, _MOST_BY_WORDS)
        return score + _BY_VERTICAL * bool(self.verticals & set(verticals))


def suggest(
    *, reason: str, verticals: Iterable[str], text: str, languages: Iterable[str], limit: int = 4
) -> list[Guidance]:
    """What fits a matter best, procedures and articles together."""
    about = About(reason, frozenset(verticals), frozenset(words_of(text)))
    wanted = [*languages, FALLBACK]
    found = [*_procedures(about), *_articles(about, wanted)]
    ranked = sorted(found, key=lambda one: (-one.score, one.kind, one.key))
    return [one for one in ranked if one.score >= _ENOUGH][:limit]


def unread(actor: Actor) -> list[Guidance]:
    """Procedures in effect that this person still has to read, the newest first."""
    if not actor.has_perm("readiness.follow_procedure"):
        return []
    rows = ProcedureVersion.objects.unread_by(actor.pk).select_related("procedure")
    return [_procedure(row, 0.0) for row in rows.order_by("-effective_from", "pk")[:_UNREAD]]


def article_for_customers(key: str, language: str) -> Guidance | None:
    """An article a customer may read, in their language or the nearest there is."""
    today = timezone.localdate()
    standing = KnowledgeArticle.objects.for_customers(today).prefetch_related("texts")
    one = standing.filter(key=key).first()
    return _article(one, 0.0, [language, FALLBACK]) if one else None


def languages_of_articles(*, for_customers: bool) -> dict[str, set[str]]:
    """The languages of every article that may be relied on, by its key."""
    today = timezone.localdate()
    kept = KnowledgeArticle.objects
    standing = kept.for_customers(today) if for_customers else kept.standing(today)
    found: dict[str, set[str]] = {}
    for key, language in standing.values_list("key", "texts__language"):
        found.setdefault(key, set()).add(language or "")
    return found


@transaction.atomic
def record(*, guidance: Iterable[tuple[str, int]], subject: str, step: str, actor: Actor) -> int:
    """Keep that this was shown, used or solved a matter, once each; says what was new."""
    new = 0
    for kind, pk in guidance:
        about = {"article_id": pk} if kind == "article" else {"version_id": pk}
        _use, first = GuidanceUse.objects.get_or_create(
            subject=subject, step=_STEPS(step), **about, defaults={"actor_id": actor.pk}
        )
        new += first
        if first and kind == "article":
            KnowledgeArticle.objects.filter(pk=pk).update(**{step: F(step) + 1})
    return new


def recorded(subject: str) -> set[tuple[str, int, str]]:
    """What was kept of a matter: kind, number and step."""
    rows = GuidanceUse.objects.filter(subject=subject)
    return {
        ("article", article, step) if article else ("procedure", version, step)
        for article, version, step in rows.values_list("article_id", "version_id", "step")
    }


def _procedures(about: About) -> list[Guidance]:
    fitting = Q(procedure__words__overlap=sorted(about.words))
    if about.reason:
        fitting |= Q(procedure__reasons__contains=[about.reason])
    rows = ProcedureVersion.objects.effective().filter(fitting).select_related("procedure")
    return [_procedure(row, _score(about, row.procedure)) for row in rows[:_LOOKED_AT]]


def _score(about: About, procedure: Procedure) -> float:
    return about.fits(procedure.reasons, procedure.verticals, procedure.words)


def _procedure(row: ProcedureVersion, score: float) -> Guidance:
    return Guidance(
        kind="procedure",
        pk=row.pk,
        key=row.procedure.key,
        title=row.procedure.title,
        language="",
        body=row.body,
        number=row.number,
        used=0,
        solved=0,
        for_customers=False,
        score=score,
    )


def _articles(about: About, languages: list[str]) -> list[Guidance]:
    fitting = Q(words__overlap=sorted(about.words))
    if about.reason:
        fitting |= Q(reasons__contains=[about.reason])
    standing = KnowledgeArticle.objects.standing(timezone.localdate()).filter(fitting)
    found = (
        _article(row, about.fits(row.reasons, row.verticals, row.words), languages)
        for row in standing.prefetch_related("texts")[:_LOOKED_AT]
    )
    return [one for one in found if one]


def _article(row: KnowledgeArticle, score: float, languages: list[str]) -> Guidance | None:
    text = _text(list(row.texts.all()), languages)
    if text is None:
        return None
    return Guidance(
        kind="article",
        pk=row.pk,
        key=row.key,
        title=text.title,
        language=text.language,
        body=text.body,
        number=0,
        used=row.used,
        solved=row.solved,
        for_customers=row.audience == KnowledgeArticle.Audience.CUSTOMER,
        score=score,
    )


def _text(texts: list[ArticleText], languages: list[str]) -> ArticleText | None:
    by_language = {text.language: text for text in texts}
    for tag in languages:
        for one in (tag, tag.partition("-")[0]):
            if one in by_language:
                return by_language[one]
    return texts[0] if texts else None
