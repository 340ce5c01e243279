"""What only a simulator can be told, below `/simulator/`: what shall happen next, what shall go wrong, what time it is."""

from datetime import timedelta
from typing import Any

from webex.simulator import shapes
from webex.simulator.meetings import Meeting, Occurrence
from webex.simulator.routing import Refused, read_instant
from webex.simulator.world import Fault, World, client_of


def control(world: World, command: str, said: dict[str, Any]) -> dict[str, Any]:
    """Do what was told."""
    if command not in COMMANDS:
        raise Refused(404, f"one of {', '.join(COMMANDS)}")
    return COMMANDS[command](world, said) or {}


def _begin(world: World, said: dict[str, Any]) -> None:
    meeting, of = _date(world, said)
    meeting.told(of).started_at = read_instant(said["at"]) if "at" in said else world.clock()


def _end(world: World, said: dict[str, Any]) -> None:
    meeting, of = _date(world, said)
    meeting.told(of).ended_at = read_instant(said["at"]) if "at" in said else world.clock()


def _publish(world: World, said: dict[str, Any]) -> None:
    meeting, of = _date(world, said)
    meeting.told(of).recorded_at = world.clock()


def _add(world: World, said: dict[str, Any]) -> dict[str, Any]:
    times = {name: read_instant(said[name]) for name in ("start", "end")}
    return shapes.series(world.add(Meeting(**{**said, **times})))


def _show(world: World, said: dict[str, Any]) -> dict[str, Any]:
    return shapes.series(_date(world, said)[0])


def _break(world: World, said: dict[str, Any]) -> None:
    world.faults.append(Fault(**said))


def _mend(world: World, _said: dict[str, Any]) -> None:
    world.faults.clear()


def _clock(world: World, said: dict[str, Any]) -> dict[str, Any]:
    if "now" in said:
        world.clock.set(read_instant(said["now"]) if said["now"] else None)
    return {"now": shapes.stamp(world.clock())}


def _credentials(world: World, said: dict[str, Any]) -> dict[str, Any]:
    client_id, secret = client_of(said["site"])
    return {"client_id": client_id, "client_secret": secret, "refresh_token": world.token("refresh", said["site"])}


def _withdraw(world: World, said: dict[str, Any]) -> None:
    world.refused_sites.add(said["site"])


def _delay(world: World, said: dict[str, Any]) -> None:
    world.details_after = timedelta(seconds=float(said["seconds"]))


COMMANDS = {
    "begin": _begin,
    "end": _end,
    "publish": _publish,
    "meeting": _add,
    "show": _show,
    "break": _break,
    "mend": _mend,
    "clock": _clock,
    "credentials": _credentials,
    "withdraw": _withdraw,
    "details-after": _delay,
}


def _date(world: World, said: dict[str, Any]) -> tuple[Meeting, Occurrence]:
    """The meeting with a number, and of its dates the one asked for or the first."""
    found = [each for each in world.meetings if each.number == said.get("number")]
    if not found:
        raise Refused(404, "no meeting with this number")
    of = found[0].occurrence(said["stamp"]) if "stamp" in said else found[0].occurrences()[0]
    if of is None:
        raise Refused(404, "no such date")
    return found[0], of
