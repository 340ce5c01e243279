"""Days, offers and findings as plain values: what programs get, and what is kept for them."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from customers.times import rfc3339
from orders.asks import minutes_of
from scheduling.gaps import OFFERS, Alternative
from scheduling.queries import Need, describe
from scheduling.windows import Coverage


def days_out(coverage: Iterable[Coverage]) -> list[dict[str, Any]]:
    """Event days with their staffed windows. Source: S85, S86"""
    return [
        {
            "starts_at": rfc3339(each.day.starts_at),
            "ends_at": rfc3339(each.day.ends_at),
            "window": {"starts_at": rfc3339(each.opens_at), "ends_at": rfc3339(each.closes_at)},
            "uncovered_minutes": minutes_of(each.uncovered),
        }
        for each in coverage
    ]


def offers_out(alternatives: Sequence[Alternative], need: Need) -> dict[str, Any]:
    """At most three other times, with the sentence why when there are fewer. Source: S48"""
    last: timedelta = need.days[-1].duration
    offers = [
        {"starts_at": rfc3339(each.starts_at), "ends_at": rfc3339(each.starts[-1] + last), "why": describe(each, need.zone)}
        for each in alternatives
    ]
    return {"alternatives": offers, **({} if len(offers) == OFFERS else {"why_fewer": _("There are no more free times within 14 days.")})}
