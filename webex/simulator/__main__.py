"""Run a simulated Webex: `python -m webex.simulator PORT [--state FILE] [--clock 2027-03-30T12:00:00Z] [--details-after SECONDS]`."""

import argparse
import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path

from webex.simulator.clock import Clock
from webex.simulator.server import Simulator
from webex.simulator.world import World


def main() -> None:
    """Serve until told to stop."""
    options = argparse.ArgumentParser(prog="python -m webex.simulator", description="A Webex site on this machine.")
    options.add_argument("port", type=int)
    options.add_argument("--state", type=Path, help="where the schedule is kept over a restart")
    options.add_argument("--clock", type=datetime.fromisoformat, help="stand still at this instant instead of following the machine")
    options.add_argument("--details-after", type=float, default=900, metavar="SECONDS", help="until what has ended shows as ended")
    given = options.parse_args()
    world = World(Clock(given.clock), state=given.state)
    world.details_after = timedelta(seconds=given.details_after)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    simulator = Simulator(world, port=given.port)
    simulator.start(notifies=True)
    stopping.wait()
    simulator.stop()


if __name__ == "__main__":
    main()
