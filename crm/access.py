"""Who acts, and whether they may: asked inside every process, answered from plain values."""

import time
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

_REMEMBER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a partner system or the product itself, with what it may do at this moment."""

    pk: int | None
    name: str
    kind: Literal["user", "partner", "system"] = "user"
    permissions: frozenset[str] = frozenset()
    teams: frozenset[int] = frozenset()
    language: str = "en"
    time_zone: str = "UTC"

    def has_perm(self, permission: str) -> bool:
        return self.kind == "system" or permission in self.permissions


SYSTEM = Actor(pk=None, name="system", kind="system")


@runtime_checkable
class Principal(Protocol):
    """What an account must offer to become an actor (the user model does)."""

    pk: Any
    language: str
    time_zone: str
    is_partner: bool
    is_active: bool

    def get_all_permissions(self) -> set[str]: ...
    def get_username(self) -> str: ...
    def team_ids(self) -> frozenset[int]: ...


def require(actor: Actor, permission: str) -> None:
    """Raise PermissionDenied, naming what is missing, unless the actor holds the permission."""
    if not actor.has_perm(permission):
        raise PermissionDenied(f"{actor.name} lacks the permission {permission}.")


def actor_for(principal: Principal) -> Actor:
    """The actor an account acts as, read afresh from the database."""
    return Actor(
        pk=principal.pk,
        name=principal.get_username(),
        kind="partner" if principal.is_partner else "user",
        permissions=frozenset(principal.get_all_permissions()),
        teams=principal.team_ids(),
        language=principal.language,
        time_zone=principal.time_zone,
    )


_actors: dict[Any, tuple[float, Actor]] = {}


def remembered_actor(principal: Principal) -> Actor:
    """The same, remembered for half a minute: a token call must not cost three more queries."""
    now = time.monotonic()
    kept = _actors.get(principal.pk)
    if kept and now - kept[0] < _REMEMBER_SECONDS:
        return kept[1]
    actor = actor_for(principal)
    _actors[principal.pk] = (now, actor)
    return actor


def forget_actors() -> None:
    """Drop what is remembered (tests, and a change of roles in this process)."""
    _actors.clear()


def signed_in(request: HttpRequest) -> Actor:
    """The actor of a request; raises PermissionDenied for a stranger."""
    user: Any = request.user
    if user is None or not user.is_authenticated:
        raise PermissionDenied("Sign in first.")
    kept: Actor | None = getattr(user, "_actor", None)
    if kept is None:
        kept = actor_for(user)
        user._actor = kept
    return kept
