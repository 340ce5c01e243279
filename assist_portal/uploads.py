"""Files people send: short, and in memory only."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler


class ShortFilesOnly(MemoryFileUploadHandler):
    """Refuses what is longer than any other form may be, before reading it: Django's own handlers would fill the disk, for anybody.

    Source: promises row 47
    """

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *more: Any, **named: Any) -> None:  # noqa: N803
        """Believe the length that is claimed: no more than that is read."""
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("a file too long")
        super().handle_raw_input(input_data, META, content_length, *more, **named)
