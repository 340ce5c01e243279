"""What time it is on the simulated site: the machine's time, or a fixed one that only moves when told to."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Ask it by calling it."""

    def __init__(self, fixed: datetime | None = None) -> None:
        self.fixed = fixed

    def __call__(self) -> datetime:
        """Return the instant, in UTC, without parts of a second."""
        return self.fixed or datetime.fromtimestamp(int(time.time()), UTC)

    def set(self, fixed: datetime | None) -> None:
        """Stop at an instant, or follow the machine again."""
        self.fixed = fixed

    def advance(self, by: timedelta) -> None:
        """Let time pass on a fixed clock."""
        assert self.fixed
        self.fixed += by
