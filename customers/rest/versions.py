"""`ETag` and `If-Match`: nobody changes what they have not seen. Source: promises row 6, RFC 9110 section 13, RFC 6585 section 3"""

import hashlib
import json
import re
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


class ConditionMissing(APIException):
    """A write that names no version."""

    status_code = 428
    code: ClassVar[str] = "precondition_required"
    default_detail = _("Send If-Match with the ETag you read, or If-Match: * to change whatever is there.")


class ConditionFailed(APIException):
    """Somebody else changed it meanwhile."""

    status_code = 412
    code: ClassVar[str] = "precondition_failed"
    default_detail = _("It was changed since you read it. Read it again, then decide again.")


def etag_of(shown: Any) -> str:
    """Name a version by what is shown of it, in whatever order its members come: PostgreSQL keeps those of a jsonb in its own."""
    return f'"{hashlib.sha256(json.dumps(shown, sort_keys=True, cls=JSONEncoder).encode()).hexdigest()[:32]}"'


def check_condition(request: Request, etag: str) -> None:
    """Compare with what the program has seen.

    :raises ConditionMissing: without If-Match.
    :raises ConditionFailed: when it is another version.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise ConditionMissing
    if given != "*" and etag.strip('"') not in _TAG.findall(given):
        raise ConditionFailed


def is_known(request: Request, etag: str) -> bool:
    """Tell whether the program has this version already: 304."""
    return etag.strip('"') in _TAG.findall(request.headers.get("If-None-Match", ""))
