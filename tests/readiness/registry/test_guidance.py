"""What fits a matter: by reason and words, in effect and validated only, in the right language."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from readiness.models import GuidanceUse, KnowledgeArticle, Procedure, ProcedureVersion
from readiness.processes.keep_knowledge import load_guidance
from readiness.processes.keep_procedures import withdraw_procedure
from readiness.registry import guidance
from readiness.tokens import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded(db: None) -> None:
    load_guidance()


def _found(reason: str = "", text: str = "", *languages: str, vertical: str = "x") -> list[str]:
    fitting = guidance.suggest(
        reason=reason, verticals=[vertical], text=text, languages=languages or ["en"]
    )
    return [one.key for one in fitting]


def test_reason_finds_its_procedure_first() -> None:
    found = _found("charge-disputed", "They charged me twice", vertical="billing")

    assert found[0] in {"charge-disputed", "dispute-limits", "roaming-border"}
    assert "charge-disputed" in found


def test_words_alone_find_an_article_also_in_another_language() -> None:
    assert _found(text="the third light on my router is red")[0] == "router-third-light"
    assert _found("", "Das dritte Licht am Router ist rot", "de")[0] == "router-third-light"


def test_the_vertical_alone_suggests_nothing() -> None:
    assert _found(text="good morning", vertical="billing") == []


def test_two_words_in_common_are_chance_in_another_vertical() -> None:
    said = "the provider and the number"

    assert "port-refused" in _found(text=said, vertical="fulfilment")
    assert "port-refused" not in _found(text=said, vertical="billing")


@pytest.mark.req("R-CSR-5", "R-CSR-22")
def test_only_what_is_in_effect_or_validated_is_served() -> None:
    version = ProcedureVersion.objects.get(procedure__key="sim-swap")
    assert "sim-swap" in _found("sim-card")
    withdraw_procedure(version_id=version.pk, actor=SYSTEM)
    assert "sim-swap" not in _found("sim-card")

    articles = KnowledgeArticle.objects.filter(key="first-bill")
    assert "first-bill" in _found("bill-question")
    articles.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert "first-bill" not in _found("bill-question")


def test_customers_read_only_what_is_meant_for_them() -> None:
    german = guidance.article_for_customers("first-bill", "de-AT")
    french = guidance.article_for_customers("first-bill", "fr")

    assert german is not None
    assert german.title.startswith("Warum")
    assert french is not None
    assert french.language == "en"
    assert guidance.article_for_customers("port-refused", "en") is None


def test_each_step_counts_once_a_matter() -> None:
    article = KnowledgeArticle.objects.get(key="first-bill")
    kept = [("article", article.pk)]

    for subject in ("interaction:1", "interaction:1", "interaction:2"):
        guidance.record(guidance=kept, subject=subject, step="used", actor=SYSTEM)

    article.refresh_from_db()
    assert (article.shown, article.used, article.solved) == (0, 2, 0)
    assert GuidanceUse.objects.count() == 2
    assert guidance.recorded("interaction:1") == {("article", article.pk, "used")}


def test_telling_words_are_folded_and_the_others_left_out() -> None:
    assert words_of("Für die Störung: Router WLAN, the router!") == ["storung", "router", "wlan"]


def test_procedure_without_a_version_is_no_guidance() -> None:
    Procedure.objects.create(
        key="new", title="Router", process="1.3.5.2", verticals=[], reasons=["how-to"],
        words=["router"],
    )  # fmt: skip

    assert "new" not in _found("how-to", "router")
