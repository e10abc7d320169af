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


def load_roles(*named: str) -> int:
    """Write roles as groups with exactly what was granted, all when none is named; returns how
    many."""
    roles = named or ROLES
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.order_by().values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for role in roles:
        if missing := _granted[role] - known.keys():
            raise ValueError(f"Role {role} is granted unknown permissions: {sorted(missing)}")
    Group.objects.bulk_create([Group(name=role) for role in roles], ignore_conflicts=True)
    groups = dict(Group.objects.filter(name__in=roles).values_list("name", "pk"))
    _hold({(groups[role], known[name]) for role in roles for name in _granted[role]}, groups)
    return len(roles)


def _hold(wanted: set[tuple[int, int]], groups: dict[str, int]) -> None:
    """Exactly these permissions for these groups, in a statement each for the new and the gone."""
    links = Group.permissions.through.objects.filter(group__in=groups.values())
    held = {(group, permission): pk for pk, group, permission in links.values_list()}
    links.bulk_create(
        [
            Group.permissions.through(group_id=group, permission_id=permission)
            for group, permission in wanted - held.keys()
        ],
        ignore_conflicts=True,
    )
    if gone := [pk for link, pk in held.items() if link not in wanted]:
        links.filter(pk__in=gone).delete()
