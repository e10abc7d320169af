"""Keep Knowledge: articles written in each language, validated before they are relied on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.row_changes import event_model
from readiness.models import ArticleText, KnowledgeArticle, Procedure
from readiness.processes.keep_procedures import approve_procedure, draft_procedure
from readiness.tokens import words_of

ETOM = "1.3.1"

Confidence = KnowledgeArticle.Confidence
_SHIPPED: Final = Path(__file__).parents[1] / "data" / "guidance.json"


@transaction.atomic
def write_article(
    *, article_id: int, texts: Mapping[str, tuple[str, str]], actor: Actor
) -> KnowledgeArticle:
    """Write title and text by language; what was changed has to be validated again."""
    require(actor, "readiness.draft_procedure")
    article = _locked(article_id)
    known = {text.language: (text.title, text.body) for text in article.texts.all()}
    new = {language: text for language, text in texts.items() if known.get(language) != text}
    with because(actor, "article written"):
        for language, (title, body) in new.items():
            ArticleText.objects.update_or_create(
                article=article,
                language=language,
                defaults={"title": title, "body": body, "author_id": actor.pk},
            )
        reworded(article, validated=not new)
    return article


@transaction.atomic
def judge_article(*, article_id: int, confidence: str, actor: Actor) -> KnowledgeArticle:
    """Say how far an article can be relied on; only a validated one is ever shown at work."""
    require(actor, "readiness.approve_procedure")
    article = _locked(article_id)
    if confidence == Confidence.VALIDATED:
        _need_other_eyes(article, actor)
    with because(actor, "article judged"):
        article.confidence = Confidence(confidence)
        article.save(update_fields=["confidence"])
    return article


def _need_other_eyes(article: KnowledgeArticle, actor: Actor) -> None:
    """Somebody other than those who wrote it vouches for what an article says."""
    authors = set(article.texts.values_list("author", flat=True))
    if not authors:
        raise RuleBroken("nothing-said", _("It has no text in any language yet."))
    if actor.pk is not None and actor.pk in authors | _wrote_before(article):
        raise RuleBroken("own-work", _("You wrote it yourself: somebody else has to validate it."))


def _wrote_before(article: KnowledgeArticle) -> set[int | None]:
    """Whose words others have changed since it was last validated: a comma is no second author."""
    judged = event_model(KnowledgeArticle).objects.filter(
        pgh_obj=article, confidence=Confidence.VALIDATED
    )
    last = judged.aggregate(at=Max("pgh_created_at"))["at"]
    written = event_model(ArticleText).objects.filter(article=article)
    if last is not None:
        # At that moment the validated words themselves were replaced.
        written = written.filter(pgh_created_at__gt=last)
    return set(written.values_list("author", flat=True))


def reworded(article: KnowledgeArticle, *, validated: bool) -> None:
    """Keep the words it is found by; another wording is one nobody has validated."""
    said = [part for text in article.texts.all() for part in (text.title, text.body)]
    article.words = words_of(*said)
    if not validated and article.confidence == Confidence.VALIDATED:
        article.confidence = Confidence.NOT_VALIDATED
    article.save(update_fields=["words", "confidence"])


def _locked(pk: int) -> KnowledgeArticle:
    return KnowledgeArticle.objects.select_for_update().get(pk=pk)


@transaction.atomic
def load_guidance() -> tuple[int, int]:
    """Add the procedures and articles we ship that are missing; what was reworded stays."""
    shipped = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    return (
        sum(_add_procedure(one) for one in shipped["procedures"]),
        sum(_add_article(one) for one in shipped["articles"]),
    )


def _add_procedure(said: dict[str, Any]) -> bool:
    about = {name: said[name] for name in ("title", "process", "verticals", "reasons")}
    procedure, new = Procedure.objects.get_or_create(key=said["key"], defaults=about)
    if new:
        # What came with the product is found beside a matter; nobody has to confirm all of it.
        version = draft_procedure(
            procedure_id=procedure.pk,
            body=said["body"],
            change_note="shipped",
            to_be_read=False,
            actor=SYSTEM,
        )
        approve_procedure(version_id=version.pk, actor=SYSTEM)
    return new


def _add_article(said: dict[str, Any]) -> bool:
    about = {name: said[name] for name in ("audience", "verticals", "reasons")}
    article, new = KnowledgeArticle.objects.get_or_create(key=said["key"], defaults=about)
    if new:
        texts = {tag: (text["title"], text["body"]) for tag, text in said["texts"].items()}
        write_article(article_id=article.pk, texts=texts, actor=SYSTEM)
        judge_article(article_id=article.pk, confidence=Confidence.VALIDATED, actor=SYSTEM)
    return new
