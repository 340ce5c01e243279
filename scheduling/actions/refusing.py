"""Keeping the questions that were answered with no."""

import json
from collections.abc import Iterable

from django.db import connection, transaction

from scheduling.refused import Refused

# The same wish of the same order is one row, however often it was asked; a question without an order is a row each time.
_KEEP = """
INSERT INTO scheduling_refusedcheck
    (reference, role, family_id, language, zone, opens_at, closes_at, windows, asked_at, last_asked_at, times)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, 1)
ON CONFLICT (reference, role, language, opens_at, closes_at) WHERE reference <> ''
DO UPDATE SET times = scheduling_refusedcheck.times + 1, last_asked_at = EXCLUDED.last_asked_at
"""


@transaction.atomic
def keep_refusals(refused: Iterable[Refused]) -> None:
    """Write them down; no tenant's row is touched, so no scope is needed."""
    with connection.cursor() as cursor:
        for each in refused:
            need, windows = each.need, each.need.windows
            spans = [[window.opens_at.isoformat(), window.closes_at.isoformat()] for window in windows]
            cursor.execute(
                _KEEP,
                [
                    each.reference, need.role, need.family_id, need.language, need.zone, windows[0].opens_at, windows[-1].closes_at,
                    json.dumps(spans), each.asked_at, each.asked_at,
                ],
            )  # fmt: skip
