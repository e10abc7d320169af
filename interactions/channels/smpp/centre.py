"""Handing texts to an SMS centre over a connection that a process keeps."""

import hashlib
import threading
import time
from functools import cache
from typing import Final

from interactions.channels.smpp import pdu
from interactions.channels.smpp.session import Place, Session, place

_STILL_THERE: Final = 5.0
# Asked to slow down or full for the moment: a short rest often is enough.
_BUSY: Final = frozenset([0x14, 0x58])
# Between the centre and us, whatever the text: not bound, not as we are bound, or its own fault.
_ABOUT_US: Final = _BUSY | {0x04, 0x08, 0x0A, 0x0D, 0x0E, 0x0F}
_RESTS: Final = (0.2, 1.0)


class Refused(Exception):
    """The centre took a look and said no; `unreachable` blames the number."""

    def __init__(self, said: str, *, unreachable: bool = False) -> None:
        super().__init__(said)
        self.unreachable = unreachable


class PutOff(Exception):
    """The centre took a look and did not take this one; others it may take."""


def reference_of(key: str) -> int:
    """What we call a text at the centre, which some repeat in their receipts: two octets of it."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "little")


class Centre:
    """One bound connection per process, bound again when it is gone."""

    def __init__(self, where: Place) -> None:
        self._where = where
        self._session: Session | None = None
        self._alone = threading.Lock()

    def submit(self, *, to: str, sender: str, text: str, key: str) -> str:
        """Hand a text over, in parts where it is long; returns what the last part is called.

        SMPP has no word for “the same again”: `Unanswered` says that it may have been taken. `key`
        keeps its parts together each time.
        """
        bodies = pdu.submissions(to=to, sender=sender, text=text, reference=reference_of(key))
        with self._alone:
            try:
                return [self._submit(body) for body in bodies][-1]
            except OSError:
                self._forget()
                raise

    def leave(self) -> None:
        """Unbind; the next text binds again."""
        with self._alone:
            if self._session is not None:
                self._session.leave()
                self._session = None

    def _submit(self, body: bytes) -> str:
        for rest in (*_RESTS, None):
            answer = self._bound().ask(pdu.SUBMIT_SM, body)
            if answer.status == pdu.OK:
                return pdu.message_id(answer.body)
            if answer.status not in _BUSY or rest is None:
                break
            time.sleep(rest)
        said = f"the SMS centre answers 0x{answer.status:02X}"
        if answer.status == pdu.INVALID_DESTINATION:
            raise Refused(said, unreachable=True)
        if answer.status in _ABOUT_US:
            raise ConnectionError(said)
        # One text that it does not like must not make all others wait.
        raise PutOff(said)

    def _bound(self) -> Session:
        """A connection that was idle is asked first: what is handed to a dead one is in doubt."""
        if self._session is not None and time.monotonic() - self._session.used_at > _STILL_THERE:
            try:
                self._session.alive()
            except OSError:
                self._forget()
        if self._session is None:
            self._session = Session(self._where, receives=False)
        return self._session

    def _forget(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


@cache
def centre_at(url: str) -> Centre:
    """The centre of this process."""
    return Centre(place(url))
