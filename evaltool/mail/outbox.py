"""The postman: sends what waits in the outbox, and tries again later what did not go."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from evaltool.mail.letters import BadLetter, Letter
from evaltool.mail.mailer import MailFailed

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=60),
)
"""How long to wait after the first, second, third and every later attempt that failed."""

LIFETIME = timedelta(hours=24)
"""How long a letter is worth sending after it was queued."""

_LOOK_EVERY_SECONDS = 30.0
_STOP_SECONDS = 10.0

_log = logging.getLogger(__name__)


class Due(Protocol):
    """A letter that waits: for whom and about what, never its text."""

    @property
    def id(self) -> str:
        """Its own id in the outbox."""
        ...

    @property
    def account_id(self) -> str:
        """Whom it is for."""
        ...

    @property
    def purpose(self) -> str:
        """What it is about."""
        ...

    @property
    def attempts(self) -> int:
        """How often sending it has failed."""
        ...

    @property
    def queued_at(self) -> datetime:
        """When it was put in the outbox."""
        ...


class Outbox(Protocol):
    """What waits to be sent. Moments are aware. An id that is not there (any more) is no fault."""

    def due(self, now: datetime) -> tuple[Due, ...]:
        """What is to be sent by now, the longest due first."""
        ...

    def sent(self, id_: str, /) -> None:
        """It is sent: it waits no more."""
        ...

    def failed(self, id_: str, /, next_at: datetime) -> None:
        """An attempt failed; the next is not before ``next_at``."""
        ...

    def give_up(self, id_: str, /) -> None:
        """It will not be sent: it waits no more."""
        ...


class SendsLetters(Protocol):
    """What :class:`~evaltool.mail.mailer.Mailer` does."""

    def send(self, letter: Letter, /) -> None:
        """Send it, or raise :class:`~evaltool.mail.mailer.MailFailed`."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Postman:
    """Sends the letters of an outbox in a thread of its own, which no error ends.

    ``compose`` writes the letter for what is due, or says with None that there is nothing to
    send any more. What it raises counts as an attempt that failed, a
    :class:`~evaltool.mail.letters.BadLetter` as one that cannot succeed. ``now`` gives aware
    moments; ``pause`` is how many seconds it waits before it looks again by itself.

    One outbox has one postman: two would send everything twice. It logs the id of what is sent
    and a code, and nothing else. Stop it before closing what the outbox stands on.
    """

    def __init__(
        self,
        outbox: Outbox,
        mailer: SendsLetters,
        compose: Callable[[Due], Letter | None],
        now: Callable[[], datetime] = _utc_now,
        pause: float = _LOOK_EVERY_SECONDS,
    ) -> None:
        self._outbox = outbox
        self._mailer = mailer
        self._compose = compose
        self._now = now
        self._pause = pause
        self._unrecorded: dict[str, Callable[[], None]] = {}
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        """Start the thread; it looks into the outbox at once.

        Raises:
            RuntimeError: it was started before.
        """
        self._thread.start()

    def wake(self) -> None:
        """Have it look at once, or again if it is busy; this does not wait for it."""
        self._woken.set()

    def stop(self, wait: float = _STOP_SECONDS) -> bool:
        """Finish the letter in hand, start no other and end the thread.

        Waits at most ``wait`` seconds. Gives whether the thread has ended; one that has not ends
        after its letter, or with the program.
        """
        self._stopping.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(wait)
        return not self._thread.is_alive()

    def deliver_due(self) -> None:
        """Try once all that is due, in the thread of the caller; the thread does this by itself.

        Raises:
            Exception: what the outbox raises when asked what is due.
        """
        for due in self._outbox.due(self._now()):
            if self._stopping.is_set():
                return
            self._deliver(due)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.deliver_due()
            except Exception as error:
                _log.error("outbox: %s", _unexpected(error))
            self._woken.wait(self._pause)
            self._woken.clear()

    def _deliver(self, due: Due) -> None:
        """Send one, unless only the outcome of that is still to be recorded.

        Else a letter would go out at every look while the disk is full.
        """
        record = self._unrecorded.pop(due.id, None) or self._outcome(due)
        try:
            record()
        except Exception as error:
            self._unrecorded[due.id] = record
            _log.error("mail %s: not recorded, %s", due.id, _unexpected(error))

    def _outcome(self, due: Due) -> Callable[[], None]:
        """Send one, and give what is to be recorded of it."""
        code, permanent = self._attempt(due)
        if code is None:
            _log.info("mail %s: sent", due.id)
            return partial(self._outbox.sent, due.id)
        next_at = self._now() + PAUSES[min(due.attempts, len(PAUSES) - 1)]
        if permanent or next_at - due.queued_at > LIFETIME:
            _log.warning("mail %s: given up, %s", due.id, code)
            return partial(self._outbox.give_up, due.id)
        _log.warning("mail %s: to be tried again, %s", due.id, code)
        return partial(self._outbox.failed, due.id, next_at)

    def _attempt(self, due: Due) -> tuple[str | None, bool]:
        """Why it was not sent, if it was not, and whether it never will be."""
        if self._now() - due.queued_at > LIFETIME:
            return "expired", True
        try:
            letter = self._compose(due)
            if letter is None:
                return "nothing_to_send", True
            self._mailer.send(letter)
        except MailFailed as failed:
            return failed.code, failed.permanent
        except BadLetter as bad:
            return bad.code, True
        except Exception as error:
            return _unexpected(error), False
        return None, False


def _unexpected(error: Exception) -> str:
    """A code for an error nobody foresaw: its type, as its text may quote a letter."""
    return f"unexpected_{type(error).__name__}"
