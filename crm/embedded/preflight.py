"""What must hold before anything starts; each refusal is one sentence."""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
from pathlib import Path
from typing import IO

from crm.embedded.places import Places
from crm.embedded.trouble import Trouble

LEAST_FREE = 500 * 1024 * 1024
HIGHEST_PORT = 65535
FAR = 10_000
LOCK = "up.lock"


def port_from(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST_PORT):
        raise Trouble(f"PORT is {text!r}; it must be a number from 1 to {HIGHEST_PORT}.")
    return int(text)


def require_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise Trouble(
                    f"Port {port} is in use; stop what listens there or choose another: "
                    f"PORT={port + 1} make run."
                ) from None
            raise Trouble(f"Cannot listen on {host} port {port}: {problem.strerror}.") from None


def port_beside(host: str, port: int) -> int:
    """A free port for what stands beside the web server: far from its neighbours', or any."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    wanted = port + FAR if port + FAR <= HIGHEST_PORT else 0
    for choice in (wanted, 0):
        with socket.socket(family) as probe, contextlib.suppress(OSError):
            probe.bind((host, choice))
            return int(probe.getsockname()[1])
    raise Trouble(f"No port of {host} is free.")


def require_space(directory: Path) -> None:
    # os.path.exists says no where a parent may not be entered; Path.exists would raise.
    there = next(part for part in (directory, *directory.parents) if os.path.exists(part))  # noqa: PTH110  see above
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE:
        raise Trouble(
            f"The disk of {directory} is nearly full: {free // 1024**2} MB are free, "
            f"{LEAST_FREE // 1024**2} MB are needed."
        )


def hold(places: Places) -> IO[str]:
    """Keep a second supervisor out of these places for as long as the file stays open."""
    path = places.data_dir / LOCK
    try:
        lock = path.open("a+")
    except OSError as problem:
        raise Trouble(
            f"The data directory {places.data_dir} cannot be used: {problem.strerror}."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        raise Trouble(
            f"Already running with the data directory {places.data_dir}: {holder}."
        ) from None
    return lock


def sign(lock: IO[str], address: str) -> None:
    """Write into the lock who holds it and where it answers."""
    lock.seek(0)
    lock.truncate()
    lock.write(f"{address} (process {os.getpid()})")
    lock.flush()


def last_address(places: Places) -> str | None:
    """Where these places answer, or answered when last started; None before the first start."""
    try:
        return (places.data_dir / LOCK).read_text().partition(" (process")[0].strip() or None
    except OSError:
        return None
