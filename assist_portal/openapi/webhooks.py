"""The webhooks of the description: what we post to an endpoint when something happens."""

from typing import Any

from drf_spectacular.utils import OpenApiWebhook

from outbox.models import EventType

HEADERS = {
    "webhook-id": "The event's id: the same in every attempt and in the feed.",
    "webhook-timestamp": "Seconds since 1970 when this attempt was made.",
    "webhook-signature": "`v1,<base64>`, one for each live secret, by Standard Webhooks.",
}
PARAMETERS = [
    {"in": "header", "name": name, "schema": {"type": "string"}, "required": True, "description": said} for name, said in HEADERS.items()
]
TIME = {"type": "string", "format": "date-time"}
MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
TEXT, MAYBE_TEXT = {"type": "string"}, {"type": ["string", "null"]}
ORDER = {
    "number": TEXT, "external_reference": MAYBE_TEXT, "status": TEXT, "version": {"type": "integer"}, "package": TEXT, "site": TEXT,
    "starts_at": TIME, "ends_at": TIME, "time_zone": TEXT, "links": {"type": "object", "additionalProperties": TEXT},
}  # fmt: skip
MORE: dict[str, dict[str, Any]] = {
    EventType.ORDER_WAITING: {"waiting_reason": TEXT, "answer_due_at": MAYBE_TIME},
    EventType.ORDER_MOVED: {"previous": {"type": "object", "properties": {"starts_at": TIME, "ends_at": TIME}}},
    EventType.ORDER_CANCELLED: {
        "cancelled_because": TEXT, "fee": {"type": "object", "properties": {"amount": MAYBE_TEXT, "currency": MAYBE_TEXT}},
    },
}  # fmt: skip


def _operation(kind: EventType) -> dict[str, Any]:
    properties = {**ORDER, **MORE.get(kind, {})} if kind.startswith("order.") else {}
    body = {
        "type": "object",
        "required": ["id", "type", "timestamp", "data"],
        "properties": {
            "id": TEXT,
            "type": {"type": "string", "const": str(kind)},
            "timestamp": TIME,
            "sequence": {"type": "integer"},
            "about": {"type": "string", "description": "The number of the order."},
            "data": {"type": "object", "properties": properties},
        },
    }
    return {
        "operationId": f"on_{kind.replace('.', '_')}",
        "summary": str(kind),
        "tags": ["webhooks"],
        "parameters": PARAMETERS,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "2XX": {"description": "Taken. Anything else is tried again for three days."},
            "410": {"description": "Gone: we switch the endpoint off."},
        },
    }


WEBHOOKS = [OpenApiWebhook(str(kind), {"post": _operation(kind)}) for kind in EventType]
(
    order_confirmed, order_waiting, order_moved, order_cancelled, engagement_staffed, task_completed, task_at_risk, task_broken,
    recording_available, report_ready,
) = WEBHOOKS  # fmt: skip  # the library wants each by an import path
