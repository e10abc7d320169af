"""Search over what was said and what it was called, by the words themselves."""

import re
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from interactions.models import Interaction, Message

_WORD: Final = re.compile(r"\w+")
_AT_MOST: Final = 500
_LONGEST: Final = 8


def words_of(text: str) -> SearchQuery | None:
    """Every word begins as typed; None when nothing can be looked for."""
    words = [word for word in _WORD.findall(text) if len(word) > 1][:_LONGEST]
    if not words:
        return None
    return SearchQuery(
        " & ".join(f"{word}:*" for word in words), config="simple", search_type="raw"
    )


def said_in(
    text: str, among: QuerySet[Interaction], *, before: int = 0, limit: int = _AT_MOST
) -> Q:
    """Of these matters the ones in whose subject, first words or messages all these words stand.

    The newest `limit` of each, numbered below `before` if that is given: taking the newest of both
    together, page after page, comes to every one there is.
    """
    wanted = words_of(text)
    if wanted is None:
        return Q(pk__in=[])
    if before:
        among = among.filter(pk__lt=before)
    named = among.annotate(words=SearchVector("subject", "description", config="simple")).filter(
        words=wanted
    )
    said = Message.objects.annotate(words=SearchVector("body", config="simple")).filter(
        words=wanted
    )
    spoken = among.filter(pk__in=said.exclude(kind=Message.Kind.STAFF).values("interaction"))
    # Asked one by one: joined by “or” neither index would be used.
    found = {
        pk
        for some in (named, spoken)
        for pk in some.order_by("-pk").values_list("pk", flat=True)[:limit]
    }
    return Q(pk__in=found)
