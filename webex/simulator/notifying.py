"""Telling the outside what happened: signed notifications, as long as they are taken."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from webex.simulator import shapes
from webex.simulator.meetings import Meeting, Occurrence
from webex.simulator.shapes import Json
from webex.simulator.world import Hook, World

FAILURES, WITHIN = 100, timedelta(minutes=5)  # then a notification is switched off, for good
Post = Callable[[str, bytes, dict[str, str]], int]


@dataclass(frozen=True)
class Happening:
    """Something a site tells about; the key says it is told once."""

    key: str
    at: datetime
    site: str
    resource: str
    event: str
    data: Json


def happenings(world: World, now: datetime) -> Iterator[Happening]:
    """Everything that has happened up to now."""
    for meeting in world.meetings:
        for of in meeting.occurrences():
            run = meeting.run(of)
            for event, at in (("started", run.started_at), ("ended", run.ended_at)):
                if at and at <= now:
                    yield Happening(f"{meeting.instance_id(of)} {event}", at, meeting.site, "meetings", event, _meeting(meeting, of, event))
            if run.recorded_at and run.recorded_at <= now and run.started_at:
                item = shapes.recording(meeting, of, of_admin=True)
                data = {name: item[name] for name in ("id", "meetingId", "topic", "createTime", "siteUrl", "hostEmail")}
                yield Happening(f"{item['id']} created", run.recorded_at, meeting.site, "recordings", "created", data)


def _meeting(meeting: Meeting, of: Occurrence, event: str) -> Json:
    """As Webex says it: without number and title."""
    run = meeting.run(of)
    assert run.started_at
    return {
        "id": meeting.instance_id(of),
        "meetingType": "meeting",
        "state": {"started": "inProgress"}.get(event, event),
        "timezone": "UTC",
        "start": shapes.stamp(run.started_at),
        "end": shapes.stamp(run.ended_at or of.end),
        "hostEmail": meeting.host_email,
        "siteUrl": meeting.site,
    }


def envelope(hook: Hook, happening: Happening) -> bytes:
    """The body of a notification."""
    said = {
        **{name: value for name, value in shapes.webhook(hook).items() if name != "secret"},
        "orgId": "Y2lzT1JH",
        "createdBy": "Y2lzUEVPUExF",
        "appId": "Y2lzQVBQTElDQVRJT04",
        "actorId": "Y2lzUEVPUExF",
        "data": happening.data,
    }
    return json.dumps(said).encode()


def forget_the_past(world: World) -> None:
    """What happened before the simulator started is not told."""
    with world.lock:
        world.said |= {each.key for each in happenings(world, world.clock())}


def tell(world: World, post: Post) -> int:
    """Send what has not been told yet, oldest first; return how many were sent."""
    with world.lock:
        now = world.clock()
        fresh = sorted((each for each in happenings(world, now) if each.key not in world.said), key=lambda each: each.at)
        world.said |= {each.key for each in fresh}
        wanted = [(hook, each) for each in fresh for hook in world.hooks if _wants(hook, each)]
    if world.drops_hooks:
        return 0
    for hook, each in wanted:
        send(world, hook, each, post)
    return len(wanted)


def send(world: World, hook: Hook, happening: Happening, post: Post) -> int:
    """One notification; a hundred failures within five minutes switch it off."""
    body = envelope(hook, happening)
    signed = hmac.new(hook.secret.encode(), body, hashlib.sha1).hexdigest()
    status = post(hook.target_url, body, {"Content-Type": "application/json", "X-Spark-Signature": signed})
    if not 200 <= status < 300:
        with world.lock:
            now = world.clock()
            hook.failures = [at for at in hook.failures if at > now - WITHIN] + [now]
            hook.is_active = hook.is_active and len(hook.failures) < FAILURES
    return status


def post_over_http(url: str, body: bytes, headers: dict[str, str]) -> int:
    """0 when nobody answered."""
    try:
        return httpx.post(url, content=body, headers=headers, timeout=5).status_code
    except httpx.HTTPError:
        return 0


def _wants(hook: Hook, happening: Happening) -> bool:
    return hook.is_active and (hook.site, hook.resource, hook.event) == (happening.site, happening.resource, happening.event)
