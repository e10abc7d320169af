"""Why this time, as a file."""

import pytest

from tests.interactions.factories import an_interaction, the_clock
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def test_the_trace_offers_the_file_and_it_comes_as_a_download() -> None:
    client, user = a_desk()
    one = an_interaction(owner_id=user.pk)
    clock = the_clock(one, "first_response")
    address = f"/interactions/{one.public_id}/why/{clock.pk}"

    assert f"{address}/file?as=pdf" in client.get(address).content.decode()
    file = client.get(f"{address}/file?as=csv")

    assert file.status_code == 200
    assert file["Content-Disposition"].startswith("attachment; ")
    assert client.get(f"{address}/file?as=exe").status_code in {400, 422}


def test_who_may_not_read_names_gets_no_file() -> None:
    client, _user = a_desk(role="process-owner")
    clock = the_clock(an_interaction(), "first_response")

    answer = client.get(f"/interactions/{clock.interaction.public_id}/why/{clock.pk}/file")

    assert answer.status_code == 404
