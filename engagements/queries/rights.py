"""Who may do what on an engagement; the doors decide who sees it at all.

None stands for the portal's own workers. A key acts for its organisation, like a member who may order.
"""

from __future__ import annotations

from catalog.models import StaffRole, TaskTemplate
from customers.access import has_staff_role
from customers.bearer import Caller, KeyBearer
from customers.models import Membership, Role
from engagements.models import Assignment, Engagement, Task

EVERYWHERE = (StaffRole.ADMINISTRATOR, StaffRole.COORDINATOR)
ON_THE_DAY = (StaffRole.ANALYST, StaffRole.PRODUCER, StaffRole.PM)


def may_complete(task: Task, by: Caller | None) -> bool:
    """Tell whether the caller may tick this: the customer's people what is theirs, ours what their role on it owes.

    The PM of an engagement, its coordinator and administrators may tick for the rest of the team. Source: S89, S119
    """
    if by is None:
        return True
    if task.side == TaskTemplate.Side.CUSTOMER:
        return _acts_for_customer(task.organisation_id, by)
    return _is_seated(task.engagement, by, StaffRole(task.role), StaffRole.PM)


def may_waive(task: Task, by: Caller | None) -> bool:
    """Tell whether the caller may say that this does not apply: the customer of what is theirs, and for both sides those who plan.

    Who is to do something for the customer cannot excuse themselves from it.
    """
    if by is None or (task.side == TaskTemplate.Side.CUSTOMER and may_complete(task, by)):
        return True
    return _is_seated(task.engagement, by, StaffRole.PM)


def may_plan(engagement: Engagement, by: Caller | None) -> bool:
    """Tell whether the caller may change the agenda or declare it final: the customer, and our people on it. Source: S80, S84"""
    return by is None or _acts_for_customer(engagement.organisation_id, by) or _is_seated(engagement, by, *ON_THE_DAY)


def may_run(engagement: Engagement, by: Caller | None) -> bool:
    """Tell whether the caller may enter what happens on the event day: our people on it. Source: S75, S88, S89"""
    return by is None or _is_seated(engagement, by, *ON_THE_DAY)


def may_file(engagement: Engagement, by: Caller | None) -> bool:
    """Tell whether the caller may file a recording: our people on the engagement, and a program of whose account it lies in. S93"""
    return may_run(engagement, by) or (isinstance(by, KeyBearer) and by.organisation_id == engagement.organisation_id)


def may_approve(engagement: Engagement, by: Caller | None) -> bool:
    """Tell whether the caller may agree to more hours: the engagement's PM, a coordinator or an administrator. Source: S91"""
    return by is None or _is_seated(engagement, by, StaffRole.PM)


def may_grant(engagement: Engagement, by: Caller | None) -> bool:
    """Tell whether the caller may open the customer's repository to us, or note that it was opened. Source: S96"""
    return by is None or _acts_for_customer(engagement.organisation_id, by) or _is_seated(engagement, by, StaffRole.PM)


def _acts_for_customer(organisation_id: int, by: Caller) -> bool:
    if isinstance(by, KeyBearer):
        return by.organisation_id == organisation_id
    if by.is_staff:
        return False
    membership = by.working_for or Membership.objects.filter(user=by, organisation_id=organisation_id).first()
    return membership is not None and membership.organisation_id == organisation_id and membership.may(Role.ORDERER)


def _is_seated(engagement: Engagement, by: Caller, *roles: StaffRole) -> bool:
    if isinstance(by, KeyBearer) or not by.is_staff:
        return False
    if has_staff_role(by, *EVERYWHERE):
        return True
    return Assignment.objects.filter(
        organisation_id=engagement.organisation_id, engagement=engagement, staff__user_id=by.pk, role__in=roles, ended_at__isnull=True
    ).exists()
