"""Answers as JSON: the framework's, byte for byte, written by orjson."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS  # instants as the framework's encoder writes them
_ENCODER = JSONEncoder()
# What JavaScript once took for ends of lines
_ESCAPED = {"\u2028".encode(): rb"\u2028", "\u2029".encode(): rb"\u2029"}


class JSON(JSONRenderer):
    """What orjson does not write, indented or larger than it can, the framework does."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        """Write it in UTF-8; nothing for None."""
        if data is None or ";" in (accepted_media_type or ""):
            return super().render(data, accepted_media_type, renderer_context)
        try:
            written = orjson.dumps(data, _ENCODER.default, _OPTIONS)
        except orjson.JSONEncodeError:
            return super().render(data, accepted_media_type, renderer_context)
        for raw, escaped in _ESCAPED.items():
            written = written.replace(raw, escaped)
        return written
