"""What is due in a sandbox at its own time: the workers' sweeps, kept within one organisation."""

from datetime import datetime

from customers.models import Organisation
from customers.tenancy import scope
from engagements.actions import flag_open_items, send_warnings, sync_states
from engagements.models import Engagement
from engagements.queries.readiness import engagements_at_a_mark
from orders.actions.threads import warn_unanswered
from orders.actions.waiting import complete_order, expire_change, recheck
from orders.models import Order, OrderChange
from orders.threads import unwarned
from reports.actions.after import make_report, reports_due
from scheduling.actions import expire_holds


def sandboxes() -> list[Organisation]:
    """List them all."""
    return list(Organisation.objects.filter(is_sandbox=True).order_by("id"))


def run_due_work(sandbox: Organisation, *, now: datetime) -> None:
    """Do all that has fallen due by `now`, the sandbox's own time. Under its scope no other organisation's row can be reached.

    Safe to run twice, and at the same time as the workers' own sweeps.
    """
    with scope(sandbox):
        expire_holds(now=now, sandbox=sandbox.pk)
        _look_at_orders(now)
        send_warnings(now=now, whose=sandbox)
        for pk in engagements_at_a_mark(now=now):
            flag_open_items(Engagement(pk=pk), now=now)
        sync_states(now=now)
        for order in Order.objects.filter(state=Order.State.CONFIRMED, engagement__state=Engagement.State.CLOSED):
            complete_order(order, now=now)
        for engagement in reports_due(now=now):
            make_report(engagement, now=now)


def _look_at_orders(now: datetime) -> None:
    for order in Order.objects.filter(state=Order.State.WAITING).order_by("answer_due_at"):
        recheck(order, now=now)
    for change in OrderChange.objects.filter(state=OrderChange.State.WAITING, answer_due_at__lte=now).order_by("answer_due_at"):
        expire_change(change, now=now)
    for thread in unwarned(now=now):
        warn_unanswered(thread, now=now)
