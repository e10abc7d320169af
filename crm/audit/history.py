"""Field-level history of business rows: triggers keep the row before each change, with who and why.

A model is tracked with `@tracked()`. Only changes and removals are kept, each with the row as it
was: the current row and the chain behind it say everything, and a million inserts cost nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pghistory
from django.db import models

from crm.access import Actor

M = TypeVar("M", bound=type[models.Model])


def tracked(
    *, exclude: tuple[str, ...] = ("updated_at", "revision"), newest: str = ""
) -> Callable[[M], M]:
    """Keep the history of a model; a change of only the excluded fields is no change.

    `newest` names an index by which the last changes of one row are read without the others.
    """
    indexes = [models.Index(fields=["pgh_obj", "-pgh_id"], name=newest)] if newest else []

    def decorate(model: M) -> M:
        decorated: M = pghistory.track(
            pghistory.UpdateEvent(
                "changed",
                row=pghistory.Old,
                condition=pghistory.AnyChange(exclude=list(exclude)),
            ),
            pghistory.DeleteEvent("removed", row=pghistory.Old),
            append_only=True,
            meta={"indexes": indexes},
        )(model)
        return decorated

    return decorate


@contextmanager
def because(actor: Actor, reason: str, **more: Any) -> Iterator[None]:
    """Write who and why beside every change made inside the block."""
    with pghistory.context(actor=actor.pk, actor_name=actor.name, reason=reason, **more):
        yield
