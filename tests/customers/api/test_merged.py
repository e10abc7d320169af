"""What a partner meets after a merge, and when the same person is posted twice."""

import pytest

from crm.access import SYSTEM
from customers.models import DuplicateCase
from customers.processes.deduplicate import merge_parties, unmerge_parties
from tests.crm.tmf.partners import CUSTOMER, Partner
from tests.customers.factories import a_customer, a_party

pytestmark = pytest.mark.django_db

_INDIVIDUAL = "/tmf-api/party/v4/individual"


@pytest.mark.req("R-CIM-6")
def test_the_old_id_answers_with_the_main_record_until_the_merge_is_undone(
    partner: Partner,
) -> None:
    main, other = a_customer(name="Main"), a_customer(name="Other")
    assert main.party
    assert other.party
    merge = merge_parties(survivor_id=main.party.pk, merged_id=other.party.pk, actor=SYSTEM)

    read = partner.get(f"{CUSTOMER}/{other.public_id}")
    person = partner.get(f"{_INDIVIDUAL}/{other.party.public_id}")
    unmerge_parties(merge_id=merge.pk, actor=SYSTEM)
    back = partner.get(f"{CUSTOMER}/{other.public_id}")

    assert read.json()["id"] == str(main.public_id)
    assert read.headers["Content-Location"].endswith(str(main.public_id))
    assert person.json()["id"] == str(main.party.public_id)
    assert back.json()["id"] == str(other.public_id)


@pytest.mark.req("R-CIM-5")
def test_the_same_person_posted_twice_is_created_twice_and_flagged(partner: Partner) -> None:
    body = {
        "@type": "Individual",
        "givenName": "Priya",
        "familyName": "Nair",
        "birthDate": "1984-02-11T00:00:00Z",
        "contactMedium": [
            {"mediumType": "mobile", "characteristic": {"phoneNumber": "+44 7700 900671"}}
        ],
    }

    answers = [partner.post(_INDIVIDUAL, body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert DuplicateCase.objects.get().source == "api"


def test_an_unknown_id_is_still_unknown(partner: Partner) -> None:
    a_party()

    answer = partner.get(f"{CUSTOMER}/019a0000-0000-7000-8000-000000000000")

    assert answer.status_code == 404
