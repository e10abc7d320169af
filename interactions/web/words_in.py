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


def said_in(text: str, among: QuerySet[Interaction]) -> Q:
    """Of these matters the ones in whose subject, first words or messages all these words stand.

    The newest few hundred of each: who gets so many needs more words, not more rows.
    """
    wanted = words_of(text)
    if wanted is None:
        return Q(pk__in=[])
    named = among.annotate(words=SearchVector("subject", "description", config="simple")).filter(
        words=wanted
    )
    said = (
        Message.objects.annotate(words=SearchVector("body", config="simple"))
        .filter(words=wanted, interaction__in=among.order_by().values("pk"))
        .exclude(kind=Message.Kind.STAFF)
    )
    # Asked one by one: joined by “or” neither index would be used.
    found = {*named.order_by("-pk").values_list("pk", flat=True)[:_AT_MOST]}
    found.update(said.order_by("-pk").values_list("interaction", flat=True)[:_AT_MOST])
    return Q(pk__in=found)
