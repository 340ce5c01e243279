"""What the frame around every page needs."""

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Tell the templates in which organisations the reader may work."""
    return {"memberships": getattr(request, "memberships", [])}
