"""How a call becomes an operation of the description: what it takes and gives, and the problems that every call can have."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from customers.rest.calls import Call, ProblemOut

PROBLEM = "application/problem+json"
ALWAYS = (400, 401, 403, 405, 406, 415, 429)
OF_EVERY_POST = (409, 422)  # another answer for the same Idempotency-Key is on its way, or had another body
IF_MATCH = OpenApiParameter("If-Match", str, "header", description="The `ETag` you have seen, or `*`. None: 428; another: 412.")
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, "header", description="The `ETag` you have: 304 when nothing changed.")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    "header",
    description="At most 255 characters: the same key and body get the same bytes for 24 hours.",
)
LANGUAGE = OpenApiParameter("Accept-Language", str, "header", description="`en` or `fr`, for texts; without it, your organisation's.")
SAID = {
    "ETag": "The version that this answer shows.",
    "Location": "Where it can be read.",
    "X-Request-ID": "Names this request, for questions about it.",
    "RateLimit": "How many calls are left in this window, and its seconds.",
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # subclasses register themselves
    """`Authorization: Bearer <api key>`"""

    target_class = "customers.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "An API key of your organisation, made under Settings."}


class CallSchema(AutoSchema):
    """Reads `calls` of an ApiView."""

    @property
    def call(self) -> Call:
        """What the address says about this method."""
        found: Call = self._address.calls[self.method]
        return found

    @property
    def _address(self) -> Any:
        """Ours, whatever the library thinks."""
        return self.view

    def get_operation_id(self) -> str:
        """By the call's own name."""
        return self.call.name

    def get_summary(self) -> str:
        """The first sentence of the docstring."""
        return _docstring(self.view, self.method).partition("\n\n")[0].partition(". ")[0].rstrip(".")

    def get_description(self) -> str:  # type: ignore[override]  # two libraries disagree
        """The docstring and the scope; where the rules come from is our own business."""
        needs = f"Needs the scope `{self.call.scope}`." if self.call.scope else "Open to every key."
        return f"{_docstring(self.view, self.method)}\n\n{needs}"

    def get_request_serializer(self) -> Any:
        """The body."""
        return self.call.body

    def get_response_serializers(self) -> Any:
        """The answer, and the problems."""
        answer = _page(self.call.answer) if self.call.page else self.call.answer
        answers: dict[Any, Any] = {(self.call.status, "application/json") if self.call.files else self.call.status: answer}
        answers |= {(self.call.status, kind): OpenApiTypes.BINARY for kind in self.call.files}
        posts = OF_EVERY_POST if self.method == "POST" else ()
        for status in sorted({*ALWAYS, *posts, *self.call.refusals}):
            answers[status if status == 304 else (status, PROBLEM)] = None if status == 304 else ProblemOut
        return answers

    def get_override_parameters(self) -> list[Any]:
        """Query, headers of the request, headers of the answer."""
        asked: list[Any] = [self.call.query] if self.call.query else []
        if self.method == "POST" and self.call.once:
            asked.append(IDEMPOTENCY_KEY)
        if self._address.versioned and self.method != "GET":
            asked.append(IF_MATCH)
        if 304 in self.call.refusals:
            asked.append(IF_NONE_MATCH)
        said = [OpenApiParameter(name, str, "header", description=SAID[name], response=[self.call.status]) for name in self._headers()]
        return [*asked, LANGUAGE, *said]

    def get_examples(self) -> list[OpenApiExample]:
        """A request that works."""
        return [OpenApiExample("Example", value=self.call.example, request_only=True)] if self.call.example else []

    def _headers(self) -> tuple[str, ...]:
        return (*self.call.headers, "X-Request-ID", "RateLimit")


def _docstring(view: Any, method: str) -> str:
    """Without where the rule comes from."""
    text = (getattr(view, method.lower()).__doc__ or "").partition("Source:")[0]
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _page(row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """A page of such rows."""
    fields = {
        "next": serializers.CharField(allow_null=True, help_text="The address of the next page."),
        "previous": serializers.CharField(allow_null=True, help_text="The address of the page before."),
        "results": row(many=True),
    }
    return type(f"{row.__name__.removesuffix('Out')}PageOut", (serializers.Serializer,), fields)
