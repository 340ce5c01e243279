"""What every task of the portal is: it states its scope, and it is put aside when it keeps killing its worker."""

from typing import Any

from celery import Celery, Task
from celery.exceptions import Reject
from celery.utils.log import get_task_logger
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from outbox.actions import count_redelivery

SCOPE_MARK = "states_scope"  # set by customers.tenancy: scope, scoped_by and unscoped
MOST_RUNS = 5  # Source: promises row 16
logger = get_task_logger(__name__)


class PortalTask(Task[..., Any]):
    """A task says whose rows it works on, or that it opens a scope per step; forgetting fails at the start of the worker."""

    @classmethod
    def on_bound(cls, app: Celery) -> None:
        """:raises ImproperlyConfigured: when the function states no scope. Celery's own tasks touch no rows."""
        if cls.name.startswith("celery.") or getattr(cls.run, SCOPE_MARK, False):
            return
        raise ImproperlyConfigured(f"{cls.name} states no tenancy scope: put @scope(...), @scoped_by(...) or @unscoped under @shared_task")

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """Put work aside that killed its worker again and again; the sweep of the next minute looks at the same rows anew.

        :raises Reject: after five runs.
        """
        came_back = (self.request.delivery_info or {}).get("redelivered")
        if came_back and count_redelivery(task_id, name=self.name, now=timezone.now()) >= MOST_RUNS:
            logger.error("parked %s[%s]: it killed its worker %s times", self.name, task_id, MOST_RUNS)
            raise Reject("killed its worker too often", requeue=False)
