"""The files in which web processes add up their metrics: kept whole and few as processes end."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

_LOCK = "lock"
_ENDED = "ended"


@contextmanager
def reading(directory: str | None) -> Iterator[None]:
    """Keep the files as they are while a scrape adds them up."""
    if not directory or not Path(directory).is_dir():
        yield
        return
    with _locked(Path(directory), fcntl.LOCK_SH):
        yield


def prepare(directory: str) -> Path:
    """The directory, made when it is not there: temporary ones are tidied up on some machines."""
    place = Path(directory)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def take_over(directory: str, pid: int) -> None:
    """Put what an ended process counted into the sum of all ended ones, and drop its files.

    What it counted stays, or every rate would jump; how full or busy it was does not.
    """
    place = prepare(directory)
    with _locked(place, fcntl.LOCK_EX):
        for file in place.glob(f"*_{pid}.db"):
            if not file.name.startswith("gauge_"):
                _add(file, place / f"{file.name.partition('_')[0]}_{_ENDED}.db")
            file.unlink()


def begin(directory: str) -> None:
    """Drop what an earlier run left behind, unless another server still counts here."""
    place = prepare(directory)
    with _locked(place, fcntl.LOCK_EX):
        for file in _of_others(place):
            if not _alive(file):
                file.unlink()
        if not _of_others(place):
            for file in place.glob(f"*_{_ENDED}.db"):
                file.unlink()


def in_use_by_others(directory: str) -> bool:
    """Whether a living process other than this one counts here."""
    return any(_alive(file) for file in _of_others(Path(directory)))


def _of_others(place: Path) -> list[Path]:
    mine = {str(os.getpid()), _ENDED}
    return [file for file in place.glob("*.db") if _owner(file) not in mine]


def _owner(file: Path) -> str:
    return file.stem.rpartition("_")[2]


def _alive(file: Path) -> bool:
    return Path("/proc", _owner(file)).exists()


def _add(ended: Path, total: Path) -> None:
    sums = {key: value for key, value, *_ in _values(total)} if total.exists() else {}
    for key, value, *_ in _values(ended):
        sums[key] = sums.get(key, 0.0) + value
    written = total.with_suffix(".new")
    written.unlink(missing_ok=True)
    kept = MmapedDict(str(written))  # type: ignore[no-untyped-call]  # the library has no types
    for key, value in sums.items():
        kept.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]  # as above
    kept.close()  # type: ignore[no-untyped-call]  # as above
    written.replace(total)


def _values(file: Path) -> Iterator[tuple[str, float, float, int]]:
    found: Iterator[tuple[str, float, float, int]] = MmapedDict.read_all_values_from_file(  # type: ignore[no-untyped-call]  # the library has no types
        str(file)
    )
    return found


@contextmanager
def _locked(place: Path, how: int) -> Iterator[None]:
    with (place / _LOCK).open("a") as lock:
        fcntl.flock(lock, how)
        yield
