"""Procedures and capabilities are found where everything else is."""

import pytest

from crm.access import SYSTEM, Actor
from crm.web.search import search
from readiness.processes.keep_knowledge import load_guidance

pytestmark = pytest.mark.django_db


def titles(actor: Actor, text: str) -> list[str]:
    return [hit.title for group in search(actor, text, 6) for hit in group.hits]


def test_a_procedure_answers_to_the_beginnings_of_its_words() -> None:
    load_guidance()

    assert "Replace a SIM card" in titles(SYSTEM, "sim ca")


def test_a_capability_answers_to_its_name() -> None:
    assert "Service-level policy" in titles(SYSTEM, "service-le")


def test_who_may_not_look_finds_none() -> None:
    load_guidance()
    nobody = Actor(pk=1, name="nobody", permissions=frozenset())

    assert titles(nobody, "sim ca") == titles(nobody, "service-le") == []


def test_the_frame_offers_its_own_pages() -> None:
    assert "Preferences" in titles(SYSTEM, "pref")
    assert "Procedures" in titles(SYSTEM, "proc")
