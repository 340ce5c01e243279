"""Counting how promises are kept, ahead of who wants to know."""

from datetime import datetime

from django.db import connection, transaction

MOST_AT_ONCE = 5_000  # engagements; the rest is counted the next time, the longest uncounted first

# One statement for many engagements: who is not closed is counted again and again, who is closed once more and then never.
_COUNT = """
INSERT INTO reports_promisecount
    (organisation_id, engagement_id, package_id, starts_at, ours_kept, ours_late, ours_broken, ours_ahead, theirs_kept, theirs_late,
     theirs_broken, theirs_ahead, counted_at, final)
SELECT e.organisation_id, e.id, e.package_id, e.starts_at,
    count(*) FILTER (WHERE side = 'PROVIDER' AND kept), count(*) FILTER (WHERE side = 'PROVIDER' AND late),
    count(*) FILTER (WHERE side = 'PROVIDER' AND broken), count(*) FILTER (WHERE side = 'PROVIDER' AND ahead),
    count(*) FILTER (WHERE side = 'CUSTOMER' AND kept), count(*) FILTER (WHERE side = 'CUSTOMER' AND late),
    count(*) FILTER (WHERE side = 'CUSTOMER' AND broken), count(*) FILTER (WHERE side = 'CUSTOMER' AND ahead),
    %(now)s, e.state = 'CLOSED'
FROM (
    SELECT e.* FROM engagements_engagement e LEFT JOIN reports_promisecount c ON c.engagement_id = e.id
    WHERE e.state <> 'CANCELLED' AND c.final IS NOT TRUE ORDER BY c.counted_at NULLS FIRST, e.id LIMIT %(most)s
) AS e LEFT JOIN LATERAL (
    SELECT t.side, t.state = 'DONE' AND (t.due_at IS NULL OR t.done_at <= t.due_at) AS kept,
        t.state = 'DONE' AND t.done_at > t.due_at AS late,
        t.state = 'OPEN' AND t.due_at < %(now)s AS broken,
        t.state = 'OPEN' AND (t.due_at IS NULL OR t.due_at >= %(now)s) AS ahead
    FROM engagements_task t WHERE t.engagement_id = e.id OFFSET 0
) AS t ON true
GROUP BY e.organisation_id, e.id, e.package_id, e.starts_at, e.state
ON CONFLICT (engagement_id) DO UPDATE SET
    package_id = EXCLUDED.package_id, starts_at = EXCLUDED.starts_at, ours_kept = EXCLUDED.ours_kept, ours_late = EXCLUDED.ours_late,
    ours_broken = EXCLUDED.ours_broken, ours_ahead = EXCLUDED.ours_ahead, theirs_kept = EXCLUDED.theirs_kept,
    theirs_late = EXCLUDED.theirs_late, theirs_broken = EXCLUDED.theirs_broken, theirs_ahead = EXCLUDED.theirs_ahead,
    counted_at = EXCLUDED.counted_at, final = EXCLUDED.final
"""
_DROP = """
DELETE FROM reports_promisecount USING engagements_engagement e
WHERE e.id = reports_promisecount.engagement_id AND e.state = 'CANCELLED'
"""
_LOCK = 7_461_120_302  # one counter at a time; any number that nothing else locks


@transaction.atomic
def count_promises(*, now: datetime) -> int:
    """Count anew for every engagement that is not closed, and return how many. Safe to run twice; a second one at once does nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_DROP)
        cursor.execute(_COUNT, {"now": now, "most": MOST_AT_ONCE})
        return int(cursor.rowcount)
