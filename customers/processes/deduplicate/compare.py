"""Pairs as they stand now, judged with the weights that the whole base taught."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from customers.alike import ROLES, as_json, current_model, score
from customers.matching.compare import levels
from customers.matching.explain import reasons
from customers.matching.table import table_of
from customers.models import DuplicateCase
from customers.processes.deduplicate.flag import SURE
from customers.processes.deduplicate.load import changed_since, records

Judged = tuple[int, int, int, list[dict[str, Any]]]
"""Both parties, the score, and why."""


def compared(pairs: Sequence[tuple[int, int]], *, least: float = 0.0) -> list[Judged]:
    """Those of the pairs that are the same with a chance of at least so much, with their scores."""
    found = records(sorted({party for pair in pairs for party in pair}))
    known = sorted(found)
    place = {party: at for at, party in enumerate(known)}
    both = [(place[one], place[other]) for one, other in pairs if one in place and other in place]
    if not both:
        return []
    table = table_of([found[party][1] for party in known], ROLES)
    left, right = (np.array(side, np.int64) for side in zip(*both, strict=True))
    model = current_model()
    agreed = levels(table, model.features, left, right)
    bits = model.totals(agreed)
    likely = (bits >= np.log2(least / (1 - least))).nonzero()[0] if least else np.arange(len(bits))
    why = reasons(model, table, left[likely], right[likely], agreed[likely], rare=False)
    return [
        (known[one], known[other], score(worth), as_json(said))
        for one, other, worth, said in zip(
            left[likely], right[likely], bits[likely].tolist(), why, strict=True
        )
    ]


def judge_anew(case: DuplicateCase) -> DuplicateCase:
    """The case with score and reasons of today, unsaved, when one side was edited since.

    A decided one stays as it was decided.
    """
    pair = (case.left_id, case.right_id)
    edited = changed_since(case.found_at, among=pair)
    if case.state == DuplicateCase.State.OPEN and edited.exists():
        for _left, _right, case.score, case.reasons in compared([pair]):
            case.sure = case.score >= SURE
    return case
