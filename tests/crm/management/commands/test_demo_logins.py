"""Demo logins: one person for each role, none of them above the rules."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from crm.accounts.models import User
from crm.accounts.roles import load_roles
from crm.management.commands.demo_logins import PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def printed(tmp_path: Path, settings: Settings) -> Any:
    settings.EMBEDDED, settings.DATA_DIR = True, tmp_path
    load_roles()
    told = StringIO()
    call_command("demo_logins", "--json", stdout=told)
    return json.loads(told.getvalue())


def test_each_role_has_a_person_and_nobody_is_above_the_rules(printed: Any) -> None:
    assert [one["role"] for one in printed["users"]] == list(PEOPLE)
    assert User.objects.filter(is_superuser=True).exists() is False
    assert User.objects.get(is_staff=True).username == "administrator"


def test_the_administrator_gets_into_the_administration_by_role(printed: Any) -> None:
    login = next(one for one in printed["users"] if one["role"] == "administrator")
    browser = Client()

    assert browser.login(username=login["username"], password=login["password"])
    for page in ("customers_customer", "interactions_interaction", "readiness_capabilityversion"):
        assert browser.get(reverse(f"admin:{page}_changelist")).status_code == 200


def test_asked_again_they_are_the_same(printed: Any) -> None:
    told = StringIO()

    call_command("demo_logins", "--json", stdout=told)

    assert json.loads(told.getvalue()) == printed
