"""What speakers get by mail, or the customer for them: the link to join by, when, and how to prepare. Source: S84"""

from collections.abc import Sequence
from datetime import datetime

from engagements.mails import facts, send
from engagements.models import Engagement, Speaker


def send_to_speakers(engagement: Engagement, speakers: Sequence[Speaker], *, now: datetime) -> None:
    """Write one mail to each, in the language of the customer's contact."""
    about = facts(engagement, list(engagement.days.order_by("position")))
    for each in speakers:
        send(
            "speaker_link",
            engagement,
            about | {"speaker": each},
            to=each.email,
            language=engagement.language,
            key=f"{engagement.number}/speaker/{each.pk}/{now.isoformat()}",
            now=now,
        )


def send_to_customer(engagement: Engagement, speakers: Sequence[Speaker], *, now: datetime) -> None:
    """Write one mail with everyone's link to the customer's contact, who passes them on."""
    send(
        "speaker_links",
        engagement,
        facts(engagement, list(engagement.days.order_by("position"))) | {"speakers": speakers},
        to=engagement.contact_email,
        language=engagement.language,
        key=f"{engagement.number}/speakers/{now.isoformat()}",
        now=now,
    )
