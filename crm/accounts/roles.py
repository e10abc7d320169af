"""Roles: which permissions each holds, said by the app that owns the permission.

An app calls `grant` from its `ready()`; `load_roles` writes the groups. A role is a Django group,
so an administrator may still give one person one permission more.
"""

from collections import defaultdict

from django.contrib.auth.models import Group, Permission

ROLES = (
    "agent",
    "team-lead",
    "data-steward",
    "privacy-officer",
    "readiness-manager",
    "process-owner",
    "auditor",
    "administrator",
    "partner",
)
_granted: dict[str, set[str]] = defaultdict(set)


def grant(role: str, *permissions: str) -> None:
    """Say that a role holds permissions, each written "app_label.codename"."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is no role; roles are {', '.join(ROLES)}.")
    _granted[role].update(permissions)


def load_roles() -> int:
    """Write every role as a group with exactly what was granted; returns how many."""
    known = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.select_related("content_type")
    }
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role)
        missing = _granted[role] - known.keys()
        if missing:
            raise ValueError(f"Role {role} is granted unknown permissions: {sorted(missing)}")
        group.permissions.set([known[name] for name in _granted[role]])
    return len(ROLES)
