"""The OpenAPI document is true: what it promises happens, what it forbids is refused."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from crm.tmf.apis import all_apis
from crm.tmf.schema import document
from tests.crm.tmf.partners import Partner, a_partner
from tests.interactions.factories import governed

pytestmark = pytest.mark.django_db
VERBS = {"get", "post", "patch", "delete"}
OPERATIONS = [
    (method.upper(), path)
    for path, item in document(all_apis())["paths"].items()
    for method in item
    if method in VERBS
]


@cache
def served() -> Any:
    # No OpenAPI schema can say that a text anywhere in a free object must not hold NUL.
    config = schemathesis.Config.from_dict({"generation": {"allow-x00": False}})
    return schemathesis.openapi.from_wsgi(
        "/api/openapi.json", get_wsgi_application(), config=config
    )


@pytest.fixture
def caller(db: None) -> Iterator[Partner]:
    governed()
    # A request of a real server gives its connection back; here it is the test's own.
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield a_partner()
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_document_is_true(method: str, path: str, mode: GenerationMode, caller: Partner) -> None:
    operation = served()[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {caller.token}"})

    call()
