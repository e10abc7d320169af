"""Articles: written by language, validated again after each change, and a set to start with."""

import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from readiness.models import KnowledgeArticle, Procedure, ProcedureVersion
from readiness.processes.keep_knowledge import judge_article, load_guidance, write_article
from tests.readiness.factories import a_manager

pytestmark = pytest.mark.django_db


def an_article(**fields: object) -> KnowledgeArticle:
    return KnowledgeArticle.objects.create(
        **{"key": "third-light", "verticals": ["assurance"], **fields}
    )


def test_another_wording_has_to_be_validated_again() -> None:
    article = an_article()
    said = {"en": ("The third light", "Red: no signal.")}
    write_article(article_id=article.pk, texts=said, actor=SYSTEM)
    judge_article(article_id=article.pk, confidence="validated", actor=SYSTEM)

    write_article(article_id=article.pk, texts=said, actor=SYSTEM)
    article.refresh_from_db()
    assert article.confidence == "validated"
    write_article(
        article_id=article.pk, texts={"en": ("The third light", "Red: call us.")}, actor=SYSTEM
    )

    article.refresh_from_db()
    assert article.confidence == "not_validated"
    assert "call" in article.words


def test_article_without_text_cannot_be_validated() -> None:
    with pytest.raises(RuleBroken, match="no text"):
        judge_article(
            article_id=an_article().pk,
            confidence="validated",
            actor=a_manager("approve_procedure"),
        )


@pytest.mark.req("R-CSR-6")
def test_who_wrote_an_article_cannot_validate_it_and_somebody_else_can() -> None:
    article, author = an_article(), a_manager("draft_procedure", "approve_procedure")
    said = {"en": ("The third light", "Red: no signal.")}
    write_article(article_id=article.pk, texts=said, actor=author)

    with pytest.raises(RuleBroken, match="somebody else"):
        judge_article(article_id=article.pk, confidence="validated", actor=author)

    article.refresh_from_db()
    assert article.confidence == "wip"
    reader = a_manager("approve_procedure")
    judged = judge_article(article_id=article.pk, confidence="validated", actor=reader)
    assert judged.confidence == "validated"


@pytest.mark.req("R-CSR-6")
def test_comma_of_somebody_else_does_not_let_the_author_validate() -> None:
    article, author = an_article(), a_manager("draft_procedure", "approve_procedure")
    title = "The third light"
    write_article(article_id=article.pk, texts={"en": (title, "Red: call.")}, actor=author)
    other = a_manager("draft_procedure")
    write_article(article_id=article.pk, texts={"en": (title, "Red, call.")}, actor=other)

    with pytest.raises(RuleBroken, match="somebody else"):
        judge_article(article_id=article.pk, confidence="validated", actor=author)


@pytest.mark.req("R-CSR-6")
def test_starter_set_is_in_effect_covers_billing_and_goes_in_once() -> None:
    assert load_guidance() == (8, 7)
    assert load_guidance() == (0, 0)

    effective = ProcedureVersion.objects.effective()
    assert effective.count() == Procedure.objects.count() == 8
    assert effective.filter(procedure__verticals__contains=["billing"]).count() == 3
    assert KnowledgeArticle.objects.filter(confidence="validated").count() == 7
