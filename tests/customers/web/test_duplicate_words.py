"""Every sentence of the duplicates desk comes from gettext."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.crm.web.test_pseudo_locale import pseudo, untranslated
from tests.customers.duplicate_factories import a_pair
from tests.customers.factories import a_user

__all__ = ["pseudo"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pseudo")]


def test_desk_and_pair_speak_by_gettext_only() -> None:
    case = a_pair()
    client = Client()
    client.force_login(a_user(role="data-steward"))

    for url in (
        reverse("customers:duplicates"),
        reverse("customers:duplicate", args=[case.public_id]),
    ):
        assert untranslated(client.get(url).content.decode()) == []
