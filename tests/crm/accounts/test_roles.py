import pytest
from django.contrib.auth.models import Group

from crm.accounts.roles import ROLES, grant, load_roles


@pytest.mark.django_db
def test_loading_twice_gives_each_role_exactly_what_was_granted() -> None:
    load_roles()
    before = {g.name: set(g.permissions.values_list("pk", flat=True)) for g in Group.objects.all()}

    load_roles()

    after = {g.name: set(g.permissions.values_list("pk", flat=True)) for g in Group.objects.all()}
    assert after == before
    assert set(after) >= set(ROLES)
    assert after["agent"]


def test_a_role_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no role"):
        grant("wizard", "customers.view_customer")
