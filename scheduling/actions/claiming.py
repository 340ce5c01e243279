"""Win a free person's time: lock, look again, write, and let the constraint have the last word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from customers.refusals import Refusal
from scheduling import queries, refused
from scheduling.actions.locking import drop_expired_holds, lock, try_lock
from scheduling.models import Booking
from scheduling.needs import Need

BATCH = 50  # candidates looked up at once; under a rush each asker passes over those whom others are just taking


class NobodyFree(Refusal):
    """Nobody with the skills is free in all windows."""

    code = "nobody_free"
    sentence = _("Nobody is free at that time.")


class _Taken(Exception):
    """Somebody else was faster: give this person's lock back and go on."""


@dataclass(frozen=True)
class Claim:
    """A wish for one person's time; `write` stores it for the person who was won, under their lock."""

    need: Need
    now: datetime
    ignoring: tuple[str, ...]
    write: Callable[[int], list[Booking]]

    @cached_property
    def _asked(self) -> queries.Question:
        """Put into SQL once, for everyone who is asked about."""
        return queries.Question(self.need, self.now, self.ignoring)

    def of_anyone(self, prefer: int | None = None) -> list[Booking]:
        """Win the preferred or the least loaded person who is free.

        The first round passes over who is locked by somebody else; only if nobody was won, a second round waits for them, one at
        a time in order of id.

        :raises NobodyFree: when all are taken.
        """
        tried: list[int] = []
        locked: list[int] = []
        while candidates := self._free(prefer, excluding=tried):
            tried += candidates
            while candidates:
                rows, passed_over, candidates = self._try(candidates)
                if rows:
                    return rows
                locked += passed_over
        for staff_id in sorted(locked):
            if rows := self.of(staff_id):
                return rows
        refused.note(self.need, reference=self.ignoring[0] if self.ignoring else "", now=self.now)
        raise NobodyFree

    def of(self, staff_id: int, *, wait: bool = True) -> list[Booking]:
        """Win this person, and wait for whoever has them locked; empty when they are not free.

        Without `wait`, who is locked counts as not free: for callers that hold other locks already.
        """
        try:
            with transaction.atomic():
                if wait:
                    lock(staff_id)
                elif try_lock([staff_id]) is None:
                    return []
                return self._write(staff_id)
        except _Taken:
            return []

    def _free(self, prefer: int | None, excluding: Sequence[int]) -> list[int]:
        return self._asked.free_ids(prefer=prefer, limit=BATCH, excluding=excluding)

    def _try(self, candidates: list[int]) -> tuple[list[Booking], list[int], list[int]]:
        """Return what was won from the first person who is not locked, who was passed over, and who is left to try."""
        staff_id = None
        try:
            with transaction.atomic():
                staff_id = try_lock(candidates)
                if staff_id is None:
                    return [], candidates, []
                return self._write(staff_id), [], []
        except _Taken:
            place = candidates.index(staff_id) if staff_id is not None else len(candidates)
            return [], candidates[:place], candidates[place + 1 :]

    def _write(self, staff_id: int) -> list[Booking]:
        """Look again now that nobody else can take this person's time, then write. A rollback gives the lock back."""
        drop_expired_holds(staff_id, now=self.now)
        if not self._asked.answer(1, among=[staff_id]):
            raise _Taken
        try:
            return self.write(staff_id)
        except IntegrityError as error:
            if not overlaps(error):
                raise
            raise _Taken from error


def overlaps(error: IntegrityError) -> bool:
    """Tell whether the constraint against booking a person twice refused the row."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == "booking_no_staff_twice_at_once"
