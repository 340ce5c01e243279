"""Who is told of a warning: whose duty it is, and the higher the rung the more of those who answer for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.models import StaffRole, TaskTemplate
from engagements import timeline
from engagements.models import Assignment, Task
from scheduling.models import StaffMember

RECORDING = TaskTemplate.Ladder.RECORDING
LEADS = (StaffRole.COORDINATOR, StaffRole.ADMINISTRATOR)
# How far up a rung reaches: 1 is whose duty it is, 2 also the project manager, 3 also the lead. Source: S93
REACH_OF_RECORDINGS = (1, 2, 3, 3)
REACH_AHEAD, REACH_WHEN_MISSED = 1, 3


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone who is warned; `name` is how they are greeted."""

    name: str
    email: str
    language: str
    is_staff: bool


class Ladder:
    """The people of some engagements, loaded once, to say who hears of which rung."""

    def __init__(self, engagement_ids: Iterable[int]) -> None:
        seated = Assignment.objects.filter(engagement__in=set(engagement_ids), ended_at__isnull=True).select_related("staff__user")
        self._team: dict[tuple[int, str], list[StaffMember]] = defaultdict(list)
        for each in seated.order_by("id"):
            self._team[each.engagement_id, each.role].append(each.staff)
        self._administrators: list[StaffMember] | None = None

    def told(self, task: Task, rung: int) -> list[Recipient]:
        """List who hears of this rung, whose duty it is first; nobody twice. With a seat empty, whoever answers for it hears."""
        reach = _reach(task.template.ladder, rung)
        managers, leads = self._of(task, StaffRole.PM), self._leads(task)
        if task.side == TaskTemplate.Side.CUSTOMER:
            owner = [_contact(task)]
            above = managers or leads
        else:
            owner = [_staff(each) for each in self._of(task, task.role) or managers or leads]
            above = managers
        staff = [*(above if reach > 1 else []), *(leads if reach > 2 else [])]
        return list({each.email: each for each in [*owner, *(_staff(each) for each in staff)]}.values())

    def _of(self, task: Task, role: str) -> Sequence[StaffMember]:
        return self._team.get((task.engagement_id, role), [])

    def _leads(self, task: Task) -> Sequence[StaffMember]:
        return self._of(task, StaffRole.COORDINATOR) or self._of(task, StaffRole.ADMINISTRATOR) or self._all_administrators()

    def _all_administrators(self) -> Sequence[StaffMember]:
        if self._administrators is None:
            some = (
                StaffMember.objects.filter(is_active=True, sandbox=None, roles__overlap=list(LEADS)).select_related("user").order_by("id")
            )
            able = list(some)
            self._administrators = [each for each in able if StaffRole.ADMINISTRATOR in each.roles] or able
        return self._administrators


def _reach(ladder: str, rung: int) -> int:
    if ladder == RECORDING:
        return REACH_OF_RECORDINGS[rung]
    return REACH_WHEN_MISSED if rung == len(timeline.LADDERS[ladder]) - 1 else REACH_AHEAD


def _staff(staff: StaffMember) -> Recipient:
    user = staff.user
    return Recipient(user.get_short_name() or user.email, user.email, user.language, is_staff=True)


def _contact(task: Task) -> Recipient:
    engagement = task.engagement
    return Recipient(engagement.contact_name, engagement.contact_email, engagement.language, is_staff=False)
