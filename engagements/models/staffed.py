"""The database's own rule about teams: what is STAFFED has everyone its package asks for."""

from typing import Any

import pgtrigger

# Judged when the transaction ends, because people change one after the other. An engagement that the scope does not show, or a
# session without a scope, is left to the transaction that wrote it.
_COMPLETE = """
IF coalesce(current_setting('portal.scope', true), '') <> '' THEN
    IF EXISTS (
        SELECT FROM engagements_engagement e JOIN catalog_packagerole r ON r.package_id = e.package_id
        WHERE e.id = {engagement} AND e.state = 'STAFFED' AND r.count > (
            SELECT count(*) FROM engagements_assignment a WHERE a.engagement_id = e.id AND a.role = r.role AND a.ended_at IS NULL)
    ) THEN
        RAISE EXCEPTION 'a staffed engagement has everyone its package asks for'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staffed_engagement_has_its_team';
    END IF;
END IF;
RETURN NULL;
"""


def team_stays_complete(engagement: str, operation: Any, condition: Any = None) -> pgtrigger.Trigger:
    """Refuse a commit that leaves a STAFFED engagement without its one PM, its one analyst or its producer. Source: S74"""
    return pgtrigger.Trigger(
        name="staffed_has_its_team",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=operation,
        condition=condition,
        timing=pgtrigger.Deferred,
        func=_COMPLETE.format(engagement=engagement),
    )
