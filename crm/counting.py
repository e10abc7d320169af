"""How many rows there are, to a cap and no further; of several things in one statement."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

K = TypeVar("K")


def counted(some: Mapping[K, QuerySet[Any]], cap: int) -> dict[K, int]:
    """How many each of them finds, to the cap; one statement, however many they are."""
    found = dict.fromkeys(some, 0)
    asked: list[K] = []
    texts: list[str] = []
    params: list[Any] = []
    for key, rows in some.items():
        try:
            text, values = rows.order_by().values("pk")[:cap].query.sql_with_params()
        except EmptyResultSet:
            # Nothing can be found, as among the teams of somebody who has none.
            continue
        asked.append(key)
        texts.append(f"(SELECT count(*) FROM ({text}) AS few)")  # noqa: S608  # the ORM's own text
        params += values
    if not asked:
        return found
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(texts)}", params)
        numbers = cursor.fetchone()
    return found | dict(zip(asked, numbers, strict=True))
