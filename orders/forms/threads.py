"""Asking for a change, and writing about it."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers.keys import public_key
from orders.forms.wizard import one_line
from orders.models import LONGEST_SUBJECT, LONGEST_TEXT, Order, Thread
from orders.threads import ANSWER_WORKING_DAYS, customer_makes_major_changes

KEY = re.compile(r"[0-9a-f]{16}")


class LongText(forms.CharField):
    """A text of several lines. Nothing in the browser cuts it: a text that is too long comes back whole, with what to do."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_TEXT, **kwargs)
        del self.widget.attrs["maxlength"]
        too_long = _("This text has %(show_value)d characters, and %(limit_value)d fit. Shorten it, or send the rest as a second message.")
        self.error_messages["max_length"] = too_long
        self.validators[0].message = too_long  # type: ignore[attr-defined]

    def to_python(self, value: Any) -> str:
        """Count a line break once, however the browser sends it."""
        return super().to_python(str(value).replace("\r\n", "\n") if value else value) or ""


class PostForm(forms.Form):
    """One more message. `once` is drawn for the page, so that sending it twice writes it once."""

    text = LongText(label=_("Your message"), widget=forms.Textarea({"rows": 6}))
    once = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", public_key())

    def clean_once(self) -> str:
        """Take the key of the page, or draw one."""
        given = str(self.cleaned_data["once"])
        return given if KEY.fullmatch(given) else public_key()


class ThreadForm(PostForm):
    """A change to ask for. Source: S42, S89, S119"""

    subject = one_line(_("What is it about?"), length=LONGEST_SUBJECT)
    size = forms.ChoiceField(label=_("How big is the change?"), widget=forms.RadioSelect)

    field_order = ("subject", "size", "text", "once")

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("What is to change?")
        self.fields["size"].choices = size_choices(order)  # type: ignore[attr-defined]


def size_choices(order: Order) -> list[tuple[str, str]]:
    """Each size with what belongs to it, who makes it, and by when it is answered. Source: S89, S119, S120"""
    ours = _("Minor: an announcement, a wording, help with the platform. We make it. You hear from us within %(time)s.")
    theirs = _(
        "Major: another speaker, a sponsor’s text, the meetings, webinars or streams themselves. You make it; we tell you what it "
        "needs within %(time)s."
    )
    together = _(
        "Major: other speakers, another format, more or less than you ordered. We say what is possible and what it costs within %(time)s."
    )
    major = theirs if customer_makes_major_changes(order) else together
    return [(size, words % {"time": _time_to_answer(size)}) for size, words in ((Thread.Size.MINOR, ours), (Thread.Size.MAJOR, major))]


def _time_to_answer(size: Thread.Size) -> str:
    days = ANSWER_WORKING_DAYS[size]
    return ngettext("%(count)d working day", "%(count)d working days", days) % {"count": days}
