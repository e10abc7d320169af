"""What is remembered in the process is forgotten between tests of the partner face."""

import pytest
from django.core.cache import cache

from crm.access import forget_actors
from crm.tmf.authentication import forget_grants
from crm.tmf.paging import forget_estimates
from crm.tmf.throttle import THROTTLE
from tests.crm.tmf.partners import Partner, a_partner


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    forget_actors()
    forget_grants()
    forget_estimates()
    THROTTLE.allowances.clear()
    cache.clear()


@pytest.fixture
def partner(db: None) -> Partner:
    return a_partner()
