"""Unmet demand, and what one more person would have changed. Source: peers, idea 12"""

from datetime import datetime, timedelta

from reports.whatif import Person, Wish, taken_by
from scheduling.models import RefusedCheck

YEAR = timedelta(days=365)


def wishes_for(person: Person, *, now: datetime) -> list[Wish]:
    """The refused wishes of the last twelve months that ask for this role and one of these languages, as they were first asked."""
    asked = RefusedCheck.objects.filter(asked_at__gte=now - YEAR, role=person.role, language__in=["", *person.languages])
    rows = asked.order_by("asked_at", "pk").values_list("asked_at", "role", "family_id", "language", "windows")
    return [
        Wish(asked_at, role, family, language, tuple((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in windows))
        for asked_at, role, family, language, windows in rows.iterator(chunk_size=5000)
    ]


def answer(person: Person, *, now: datetime) -> tuple[int, int]:
    """How many of the refused wishes this person would have taken, and how many there were."""
    wishes = wishes_for(person, now=now)
    return len(taken_by(person, wishes)), len(wishes)
