"""Reads: who is free, whose time is whose, and what needs cover."""

from scheduling.needs import Need
from scheduling.queries.availability import Question, alternatives, free_ids, free_staff
from scheduling.queries.bookings import bookings_needing_cover, bookings_of, live, live_holds, person_under
from scheduling.queries.people import people_of, who_works_for
from scheduling.queries.week import week_of
from scheduling.queries.wording import describe

__all__ = [
    "Need",
    "Question",
    "alternatives",
    "bookings_needing_cover",
    "bookings_of",
    "describe",
    "free_ids",
    "free_staff",
    "live",
    "live_holds",
    "people_of",
    "person_under",
    "week_of",
    "who_works_for",
]
