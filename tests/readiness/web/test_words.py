"""Every word of the readiness pages can be translated; what people wrote is left as it is."""

import pytest
from django.test import Client

from readiness.processes.register_processes import register_processes
from readiness.processes.run_readiness_test import run_readiness_test
from tests.crm.web.test_pseudo_locale import pseudo, untranslated
from tests.readiness.factories import a_manager, a_managing_user, a_version, load_baselines

__all__ = ["pseudo"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pseudo")]


def test_readiness_pages_have_no_text_of_their_own(client: Client) -> None:
    register_processes()
    load_baselines()
    author = a_managing_user()
    version = a_version("close.policy", {"outcomes": ["resolved"]}, author=author)
    run_readiness_test(version_id=version.pk, actor=a_manager())
    client.force_login(a_managing_user())

    for address in (
        "/readiness",
        "/readiness/register",
        "/readiness/register/1.3.1",
    ):
        html = client.get(address).content.decode()

        assert untranslated(html) == [], address
