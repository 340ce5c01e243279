"""Which meetings the portal looks after, as the app above says."""

from datetime import datetime

from customers.models import Site
from webex.models import WatchedMeeting
from webex.reading import digits


def watch_meeting(
    *,
    site: Site,
    reference: str,
    position: int,
    meeting_number: str,
    host_email: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> WatchedMeeting:
    """Look after the meeting of one event day from now on; the same day again takes the new times. In the caller's transaction.

    What was found at another time or under another number does not belong to the day any more.
    """
    watched = WatchedMeeting.objects.filter(organisation_id=site.organisation_id, reference=reference, position=position).first()
    planned = {"site_id": site.pk, "meeting_number": digits(meeting_number), "host_email": host_email.lower()}
    times = {"starts_at": starts_at, "ends_at": ends_at}
    if watched is None:
        return WatchedMeeting.objects.create(
            organisation_id=site.organisation_id, reference=reference, position=position, next_look_at=now, **planned, **times
        )
    if all(getattr(watched, name) == value for name, value in {**planned, **times}.items()):
        return watched
    is_other = any(getattr(watched, name) != value for name, value in planned.items())
    for name, value in {**planned, **times}.items():
        setattr(watched, name, value)
    watched.series_id = "" if is_other else watched.series_id
    watched.instance_id, watched.started_at, watched.ended_at = "", None, None
    watched.taken_ended_at = watched.attendance_at = watched.registered = watched.attended = None
    watched.next_look_at, watched.news_at = now, None
    watched.recordings.all().delete()
    watched.save()
    return watched


def stop_watching(*, organisation_id: int, reference: str, from_position: int = 1) -> None:
    """Look no longer at an event's days, or at those from a position on."""
    rows = WatchedMeeting.objects.filter(organisation_id=organisation_id, reference=reference, position__gte=from_position)
    rows.update(next_look_at=None)


def mark_read(watched: WatchedMeeting) -> None:
    """The app above has taken over what was found; if more was found meanwhile, it is news still."""
    rows = WatchedMeeting.objects.filter(pk=watched.pk)
    rows.update(taken_ended_at=watched.ended_at)
    rows.filter(news_at=watched.news_at).update(news_at=None)
