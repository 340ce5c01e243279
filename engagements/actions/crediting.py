"""Who did it, for the history that the database writes."""

from contextlib import AbstractContextManager, nullcontext

import pghistory

from customers.models import User


def credited_to(by: User | None) -> AbstractContextManager[object]:
    """Have the rows of history written inside name this person; the workers' own doings name nobody."""
    return pghistory.context(user=by.pk) if by else nullcontext()
