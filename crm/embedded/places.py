"""Where the embedded servers keep their files and sockets: a function of the data directory."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from crm.embedded.account import Account, account_for, ours
from crm.embedded.trouble import Trouble

# A unix socket path holds 107 bytes; PostgreSQL's lock file adds a few to its name.
LONGEST_SOCKET = 100
POSTGRES_SOCKET = ".s.PGSQL.5432"
REDIS_SOCKET = "redis.sock"
ROOT_HOME = Path("/var/lib/crm-embedded")
SHORT_SOCKETS = Path("/tmp")  # noqa: S108  the directory made in it is 0700 and its owner is checked


@dataclass(frozen=True)
class Places:
    """The directories of one installation."""

    data_dir: Path
    home: Path
    sockets: Path

    @property
    def cluster(self) -> Path:
        return self.home / "postgres"

    @property
    def broker(self) -> Path:
        return self.home / "redis"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def engines(self) -> Path:
        return self.home / "engines"

    @property
    def account(self) -> Account:
        return account_for(self.cluster)

    def prepare(self) -> None:
        """Make what is missing; leave the permissions of what is there alone."""
        try:
            for directory in (self.data_dir, self.home, self.logs):
                make_passable(directory)
            for directory in (self.broker, self.sockets):
                _make_private(directory, self.account)
            probe = self.home / ".writable"
            probe.touch()
            probe.unlink()
        except (FileExistsError, NotADirectoryError):
            raise self._unusable("a file stands where a directory must be") from None
        except PermissionError as refusal:
            raise self._unusable(f"this user may not write {refusal.filename}") from None
        except OSError as failure:
            raise self._unusable(failure.strerror or repr(failure)) from None

    def _unusable(self, why: str) -> Trouble:
        return Trouble(f"The data directory {self.data_dir} cannot be used: {why}.")


def locations(data_dir: Path | str) -> Places:
    """Decide every path from the data directory alone; nothing is made or started."""
    data_dir = Path(data_dir).expanduser().absolute()
    tag = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    home = _home(data_dir, tag)
    sockets = home / "run"
    if len(os.fsencode(sockets / POSTGRES_SOCKET)) > LONGEST_SOCKET:
        sockets = SHORT_SOCKETS / f"crm-{tag}"
    return Places(data_dir, home, sockets)


def urls(data_dir: Path | str) -> tuple[str, str]:
    """The addresses of the embedded database and broker, running or not."""
    sockets = quote(str(locations(data_dir).sockets))
    return f"postgresql://crm@/crm?host={sockets}", f"unix://{sockets}/{REDIS_SOCKET}"


def _home(data_dir: Path, tag: str) -> Path:
    """The data directory; as root a place of its own when the servers' account cannot get there."""
    if os.geteuid() != 0 or (data_dir / "postgres" / "PG_VERSION").exists():
        return data_dir
    if account_for(data_dir / "postgres").reaches(data_dir):
        return data_dir
    return ROOT_HOME / tag


def make_passable(directory: Path) -> None:
    if directory.is_dir():
        return
    make_passable(directory.parent)
    directory.mkdir()
    # The servers' account must get through, whatever our umask; it need not list.
    directory.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _make_private(directory: Path, account: Account) -> None:
    """A directory that the servers' account has for itself."""
    if not os.path.lexists(directory):
        directory.mkdir(mode=0o700)
        os.chown(directory, account.uid, account.gid)
    found = directory.lstat()
    if not directory.is_dir() or directory.is_symlink():
        raise NotADirectoryError(directory)
    if found.st_uid not in {account.uid, ours().uid} or found.st_mode & 0o077:
        raise Trouble(
            f"The directory {directory} belongs to another user or is open to others; "
            "remove it and start again."
        )
    if ours().uid == 0:
        os.chown(directory, account.uid, account.gid)
