"""Under whose name the servers run, and what that account can reach."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

SERVER_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A numeric user and group."""

    uid: int
    gid: int

    def reaches(self, path: Path) -> bool:
        """Whether every directory on the way that exists lets this account through."""
        return all(self._passes(part) for part in (path, *path.parents) if part.exists())

    def owns(self, path: Path) -> bool:
        return path.stat().st_uid == self.uid

    def _passes(self, path: Path) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & 0o100)
        if found.st_gid == self.gid:
            return bool(found.st_mode & 0o010)
        return bool(found.st_mode & 0o001)


def ours() -> Account:
    return Account(os.geteuid(), os.getegid())


def account_for(cluster: Path) -> Account:
    """Ourselves; as root the owner of what is there, else an unprivileged account."""
    if os.geteuid() != 0:
        return ours()
    if cluster.exists():
        found = cluster.stat()
        if found.st_uid != 0:
            return Account(found.st_uid, found.st_gid)
    return _unprivileged()


def _unprivileged() -> Account:
    for name in SERVER_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    return Account(65534, 65534)
