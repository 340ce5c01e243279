"""The base of every named refusal: a machine reads its code, a person its sentence."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from prometheus_client import Counter

ANSWERED = Counter("portal_refusals", "How often somebody was told no, by reason", ["code"])


class Refusal(Exception):
    """A business rule says no; nothing was changed.

    A subclass names its `code` and `sentence`, whose %(name)s are filled from the details given when raising; a sentence may
    also be given when raising.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    sentence: str | Promise = _("This is not possible.")

    def __init__(self, sentence: str | Promise | None = None, **details: object) -> None:
        super().__init__(sentence, details)
        self.details = details
        if sentence is not None:
            self.sentence = sentence

    def __str__(self) -> str:
        text = str(self.sentence)
        return text % self.details if self.details else text

    def count(self) -> None:
        """Note for the metrics that somebody was told; a refusal that an action handles itself is nobody's answer."""
        ANSWERED.labels(self.code).inc()
