"""Requests as they stand in the description of the API."""

from typing import Any

A_QUESTION: dict[str, Any] = {
    "package": "mc-premium",
    "site": "northwind.webex.example",
    "time_zone": "America/Montreal",
    "starts_at": "2027-04-20T10:00:00-04:00",
    "duration_minutes": 60,
}
AN_ORDER: dict[str, Any] = {
    **A_QUESTION,
    "contact": {"first_name": "Dana", "last_name": "Noor", "phone": "+15145550123", "email": "dana@northwind.example"},
    "meeting": {"is_scheduled": True, "meeting_number": "2554 123 9876"},
    "event": {"title": "Spring launch", "event_kind": "MEETING", "attendees": 120},
    "external_reference": "0061U00000AbCdE",
}
A_MOVE = {"starts_at": "2027-04-22T14:00:00-04:00", "schedule_update": "MYSELF"}
A_CANCELLATION = {"reason": "Plans changed.", "accept_fee": "150.00"}
