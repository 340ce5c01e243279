"""How much of a package's hours is spent, and on what."""

from dataclasses import dataclass

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from engagements.models import Engagement, HoursBudget, HoursEntry


@dataclass(frozen=True, slots=True)
class PlannedHours:
    """One part of the default plan, in minutes; what stands outside the plan has no name. Source: S54"""

    code: str
    name: str
    planned: int
    used: int


@dataclass(frozen=True, slots=True)
class Hours:
    """One kind of hours of an engagement, in minutes."""

    kind: str
    label: str
    limit: int
    added: int
    used: int
    plan: tuple[PlannedHours, ...]

    @property
    def allowed(self) -> int:
        """The package's and those added."""
        return self.limit + self.added

    @property
    def left(self) -> int:
        """What may still be spent."""
        return self.allowed - self.used

    @property
    def parts(self) -> list[tuple[str, str]]:
        """List what work is entered for, as `KIND:share` and in words: each part of the plan, and what stands outside it."""
        planned = [(f"{self.kind}:{each.code}", f"{self.label}: {each.name}") for each in self.plan if each.code]
        return [*planned, (f"{self.kind}:", _("%(hours)s: other work") % {"hours": self.label} if planned else self.label)]

    @property
    def percent(self) -> int:
        """How much is used, rounded down, of what is allowed."""
        return self.used * 100 // self.allowed if self.allowed else 0


def hours_of(engagement: Engagement) -> list[Hours]:
    """List the hours that the engagement's package gives; two queries, and one more where there is a plan. Source: S54, S91"""
    budgets = list(HoursBudget.objects.filter(organisation_id=engagement.organisation_id, engagement=engagement).order_by("kind"))
    if not budgets:
        return []
    spent = HoursEntry.objects.filter(organisation_id=engagement.organisation_id, budget__in=budgets)
    by_share = spent.values_list("budget_id", "share").annotate(used=Sum("minutes", filter=Q(kind=HoursEntry.Kind.WORK), default=0))
    used = {(budget, share): minutes for budget, share, minutes in by_share.order_by()}
    return [
        Hours(
            kind=budget.kind,
            label=budget.get_kind_display(),
            limit=budget.limit_minutes,
            added=budget.added_minutes,
            used=budget.used_minutes,
            plan=_plan(engagement, budget, used),
        )
        for budget in budgets
    ]


def _plan(engagement: Engagement, budget: HoursBudget, used: dict[tuple[int, str], int]) -> tuple[PlannedHours, ...]:
    if budget.kind != HoursBudget.Kind.PRODUCTION:
        return ()
    shares = list(engagement.package.production.order_by("position", "id"))
    known = {share.code for share in shares}
    outside = sum(minutes for (pk, code), minutes in used.items() if pk == budget.pk and code not in known)
    planned = [PlannedHours(share.code, share.name, share.minutes, used.get((budget.pk, share.code), 0)) for share in shares]
    return (*planned, PlannedHours("", "", 0, outside)) if outside else tuple(planned)
