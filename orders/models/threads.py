"""Changes that customers ask for besides date and time, and what both sides write about them."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import TaskTemplate
from customers.keys import public_key
from orders.models.order import Order

LONGEST_SUBJECT, LONGEST_TEXT = 120, 4000

THREAD_STEPS = (
    ("OPEN", "ANSWERED"),
    ("OPEN", "CLOSED"),
    ("ANSWERED", "OPEN"),
    ("ANSWERED", "CLOSED"),
    ("CLOSED", "OPEN"),
)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["subject"],  # free text: not kept beyond its row
    append_only=True,
    model_name="ThreadEvent",
)
class Thread(models.Model):
    """A change the customer asks for, with the answers; the coordinator owns it. Source: S42, S89, S119"""

    class Size(models.TextChoices):
        """Who makes the change. Source: S89, S119"""

        MINOR = "MINOR", _("Minor")
        MAJOR = "MAJOR", _("Major")

    class State(models.TextChoices):
        """OPEN waits for us, ANSWERED for the customer, CLOSED for nobody."""

        OPEN = "OPEN", _("Waits for an answer")
        ANSWERED = "ANSWERED", _("Answered")
        CLOSED = "CLOSED", _("Settled")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, verbose_name=_("order"), related_name="threads")
    key = models.CharField(_("key"), max_length=32, default=public_key)
    subject = models.CharField(_("subject"), max_length=LONGEST_SUBJECT)
    size = models.CharField(_("size"), max_length=5, choices=Size)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    owner = models.ForeignKey(
        "scheduling.StaffMember", models.PROTECT, verbose_name=_("answered by"), null=True, blank=True, related_name="+"
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), related_name="+", db_index=False)
    opened_at = models.DateTimeField(_("asked at"))
    answer_due_at = models.DateTimeField(_("answer promised by"), null=True, blank=True)
    warned_at = models.DateTimeField(_("warned at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("change asked for")
        verbose_name_plural = _("changes asked for")
        triggers = [pgtrigger.FSM(name="thread_goes_its_way", field="state", transitions=list(THREAD_STEPS))]
        indexes = [
            models.Index(fields=["answer_due_at"], name="thread_overdue_unwarned", condition=Q(state="OPEN", warned_at__isnull=True)),
            models.Index(fields=["owner", "answer_due_at"], name="thread_open_of_owner", condition=Q(state="OPEN")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="thread_organisation_and_id"),
            models.UniqueConstraint(fields=["organisation", "key"], name="one_thread_per_key"),
            models.CheckConstraint(
                condition=Q(state="OPEN", answer_due_at__isnull=False)
                | (~Q(state="OPEN") & Q(answer_due_at__isnull=True, warned_at__isnull=True)),
                name="thread_promises_an_answer_exactly_while_open",
            ),
            models.CheckConstraint(
                condition=Q(state="CLOSED", closed_at__isnull=False) | (~Q(state="CLOSED") & Q(closed_at__isnull=True)),
                name="thread_closed_exactly_when_settled",
            ),
        ]

    def __str__(self) -> str:
        return self.key


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["text"],  # free text: not kept beyond its row
    append_only=True,
    model_name="PostEvent",
)
class Post(models.Model):
    """What one person wrote in a thread; `key` comes from the form, so that sending it twice writes it once."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, verbose_name=_("change asked for"), related_name="posts")
    key = models.CharField(_("key"), max_length=32, default=public_key)
    side = models.CharField(_("side"), max_length=8, choices=TaskTemplate.Side)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("written by"), related_name="+", db_index=False)
    text = models.CharField(_("text"), max_length=LONGEST_TEXT)
    posted_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_post_per_key"),
            models.CheckConstraint(condition=~Q(text=""), name="post_says_something"),
        ]

    def __str__(self) -> str:
        return self.key
