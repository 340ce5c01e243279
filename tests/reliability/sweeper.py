"""A process that sweeps when it is told to: `python -m tests.reliability.sweeper`.

Reads lines with an instant and says `swept`. After the word `doomed` it forks first, prints the child's pid so that the sweep
can be killed, and then says `swept` or `gone`.
"""

import os
import sys
from datetime import datetime

import django

django.setup()

from django.db import connection  # noqa: E402 - needs the applications

from engagements.actions import send_warnings  # noqa: E402


def main() -> None:
    for line in sys.stdin:
        *doomed, moment = line.split()
        done = sweep_in_a_child(moment) if doomed else sweep(moment)
        print("swept" if done else "gone", flush=True)


def sweep(moment: str) -> bool:
    send_warnings(now=datetime.fromisoformat(moment))
    return True


def sweep_in_a_child(moment: str) -> bool:
    connection.close()  # a child must not talk on its parent's line
    child = os.fork()
    if child == 0:
        sweep(moment)
        os._exit(0)
    print(child, flush=True)
    return os.waitpid(child, 0)[1] == 0


if __name__ == "__main__":
    main()
