"""The promises by number, in a reader's words, and the page that says how the last full run went: `make prove`."""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parents[2]
PAGE = BASE_DIR / "docs" / "reliability.md"
PROMISES = {
    1: "Nobody is booked twice at once: hundreds ask for the last free person",
    2: "... also when the wishes only overlap",
    3: "The test would see it: the same without lock and constraint",
    4: "The help before and after the event counts",
    5: "Held times end by themselves and never leak",
    6: "Of two who decide at once, one does",
    7: "A move is whole or not at all, also when killed in the middle",
    8: "A retried order is placed once",
    9: "Double click, back and refresh order once",
    10: "An accepted order is never lost, whatever is killed",
    11: "The confirmation mail always goes",
    12: "The broker may forget everything",
    13: "A broken broker does not keep anybody from ordering",
    14: "A deaf worker is noticed and replaced",
    15: "Warnings go out once and in time",
    16: "Work that kills its worker is put aside",
    17: "Replacing processes under load fails nothing",
    18: "A database that refuses leaves nothing half done",
    19: "A backup restores",
    20: "Migrations run under traffic",
    21: "Nobody sees another customer: every address, every visitor, every method",
    22: "... in lists, searches, exports and mails",
    23: "... even when a view forgets to ask",
    24: "... through reused connections",
    25: "... in workers and commands",
    26: "... by probing constraints",
    27: "Nobody writes what is not theirs",
    28: "Nobody gives themselves more rights",
    29: "Number and e-mail cannot be guessed one by one",
    30: "The one-time link is strong, short-lived and used once",
    31: "... and leaks nowhere",
    32: "Tries are limited",
    33: "Signing in does not tell who exists",
    34: "Passwords and sessions",
    35: "A second factor for staff",
    36: "The deployment is hardened",
    37: "Odd host names are refused",
    38: "Forged requests are refused",
    39: "No script and no template is smuggled in",
    40: "No SQL is smuggled in",
    41: "No address inside is reached",
    42: "Webhooks to programs always arrive",
    43: "Webex's own hooks count once",
    44: "Exports are inert",
    45: "Mail headers cannot be forged",
    46: "Calendar entries cannot be forged",
    47: "Uploads are safe",
    48: "The API never breaks",
    49: "An order's life has no illegal path",
    50: "Time zones and clock changes are right",
    51: "New zone rules move nothing silently",
    52: "A person can be exported and erased",
    53: "Logs are useful and clean",
    54: "The history cannot be edited",
    55: "Errors say nothing",
    56: "Slow things starve nobody",
    57: "Speed on two cores",
    58: "Dependencies are pinned and known",
    59: "An entitlement is never oversold",
}
HEAD = """# How reliable it is

Made by `make prove` from its own printed lines, never by hand. A row that was not run says so.

| # | promise | run | n | held | lost | seconds | more |
|---|---|---|---|---|---|---|---|
"""
SHOWN = {"id", "what", "n", "wins", "losses", "seconds", "holds"}


def main(log: Path) -> None:
    """Write the page from the lines of the last run of each row."""
    runs: defaultdict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    for line in map(json.loads, log.read_text().splitlines()):
        runs[line["id"]][line["what"]] = line
    rows = (
        _row(number, promise, line)
        for number, promise in PROMISES.items()
        for line in (*runs[number].values(), *([] if runs[number] else [{}]))
    )
    PAGE.write_text(HEAD + "\n".join(rows) + "\n")


def _row(number: int, promise: str, line: dict[str, Any]) -> str:
    if not line:
        return f"| {number} | {promise} | not at full size | | | | | |"
    more = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in line.items() if name not in SHOWN)
    run = line["what"] if line["holds"] else f"**{line['what']}: missed**"
    return (
        f"| {number} | {promise} | {run} | {line['n']} | {line.get('wins', '')} | {line.get('losses', '')} | {line['seconds']} | {more} |"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
