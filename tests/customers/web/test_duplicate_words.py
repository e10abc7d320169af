"""Every sentence of the duplicates desk comes from gettext."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.crm.web.test_pseudo_locale import pseudo, untranslated
from tests.customers.factories import a_user
from tests.customers.web.test_duplicates import _pair, _url

__all__ = ["pseudo"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pseudo")]


def test_desk_and_pair_speak_by_gettext_only() -> None:
    case = _pair()
    client = Client()
    client.force_login(a_user(role="data-steward"))

    for url in (reverse("customers:duplicates"), _url("duplicate", case)):
        assert untranslated(client.get(url).content.decode()) == []
