"""Every route of the URLconf, with sample values where a route wants some."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000"}
CONVERTER = re.compile(r"<(?:(\w+):)?\w+>")
GROUP = re.compile(r"\(\?P<\w+>[^)]*\)")


@dataclass(frozen=True)
class Route:
    """One address and the view that answers there."""

    path: str
    view: Callable[..., Any]


def routes() -> list[Route]:
    """Every route, in the order of the URLconf."""
    return list(_walk(get_resolver().url_patterns, "/"))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for each in patterns:
        path = prefix + _filled(str(each.pattern))
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, path)
        else:
            yield Route(path, each.callback)


def _filled(pattern: str) -> str:
    """Put a value that exists nowhere in the place of each parameter."""
    plain = GROUP.sub("1-x", pattern.removeprefix("^").removesuffix("$").removesuffix(r"\Z"))
    return CONVERTER.sub(lambda found: SAMPLES.get(found[1] or "str", "nowhere"), plain).replace("\\", "")
