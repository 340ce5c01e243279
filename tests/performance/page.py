"""The page that says how the last benches went: `make bench`."""

import json
import sys
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parents[2]
PAGE = BASE_DIR / "docs" / "performance.md"
HEAD = """# How fast it is

Made by `make bench` from its own printed lines, never by hand, on two cores. Milliseconds inside the process with one asker, on PostgreSQL
from the wheel without fsync; but placing, mail and start are the whole portal as it runs, with fsync, and its callers beside it on the
same cores, each figure with what it is measured in. Absolute figures differ from machine to machine and from minute to minute; ratios
are taken in turns in one run. What a change was measured against stands in its commit.

| what | p50 | p95 | target | holds | more |
|---|---|---|---|---|---|
"""
SHOWN = {"id", "p50", "p95", "target", "holds", "c"}


def main(log: Path) -> None:
    """Write the page from the last line of each measurement; what was not run anew keeps its line."""
    last: dict[str, dict[str, Any]] = {}
    for line in map(json.loads, log.read_text().splitlines()):
        last[f"{line['id']} {line.get('of', '')}"] = line
    PAGE.write_text(HEAD + "\n".join(map(_row, last.values())) + "\n")


def _row(line: dict[str, Any]) -> str:
    holds = {True: "yes", False: "**no**", None: ""}[line.get("holds")]
    more = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in line.items() if name not in SHOWN)
    return f"| {line['id']} | {line.get('p50', '')} | {line.get('p95', '')} | {line.get('target', '')} | {holds} | {more} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
