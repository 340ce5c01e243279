"""A thin client of the Webex REST API: one method per operation, plain values in and out, no waiting and no second try.

When Webex asks to wait, the caller is told for how long and comes back later. A call takes at most `seconds` for each of connecting,
sending and being sent something, and at most twice that in all.
"""

import json
import logging
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from django.conf import settings

from webex import reading
from webex.troubles import Busy, Forbidden, ForeignAddress, NotThere, Rejected, Trouble, Unauthorised, Unreachable, wait_asked

PAGE_SIZES = (100, 50, 20)  # the next smaller one when Webex takes too long over a page
MOST_PAGES = 200
MOST_BYTES = 8_000_000
PATCH_BODY = "application/json-patch+json"  # as the description of the operation says, although the body is a plain object
_KINDS: dict[int, type[Trouble]] = {401: Unauthorised, 403: Forbidden, 404: NotThere, 410: NotThere, 423: Busy, 429: Busy}

logger = logging.getLogger(__name__)


class Webex:
    """One site's door, with one access token. Use it as a context manager."""

    def __init__(self, *, token: str = "", now: datetime, seconds: float = 10, transport: httpx.BaseTransport | None = None) -> None:
        self._now, self._seconds = now, seconds
        self._base = httpx.URL(settings.WEBEX_BASE_URL)
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=seconds,
            follow_redirects=False,  # a token goes where we send it, and nowhere else
            verify=_trusted(),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    # Meetings -----------------------------------------------------------------------------------------------------------

    def meetings_with_number(self, number: str, host_email: str) -> list[reading.Meeting]:
        """Everything under a number. Webex ignores other conditions then, and lists meetings to which the host is only invited."""
        return self._meetings(meetingNumber=number, hostEmail=host_email)

    def occurrences(self, *, host_email: str, since: datetime, until: datetime, site: str = "", series: str = "") -> list[reading.Meeting]:
        """What is scheduled between two instants, of one series or of the host."""
        of = {"meetingSeriesId": series} if series else {"siteUrl": site}
        return self._meetings(meetingType="scheduledMeeting", hostEmail=host_email, **of, **_between(since, until))

    def instances(self, *, series: str, host_email: str, since: datetime, until: datetime) -> list[reading.Meeting]:
        """What of a series took place, or is taking place, between two instants."""
        return self._meetings(meetingType="meeting", meetingSeriesId=series, hostEmail=host_email, **_between(since, until))

    def meeting(self, meeting_id: str, *, host_email: str = "") -> reading.Meeting:
        """One series, occurrence or instance."""
        return reading.meeting(self._call("GET", f"/meetings/{_part(meeting_id)}", {"hostEmail": host_email}))

    def create_meeting(self, **wanted: Any) -> reading.Meeting:
        """Schedule one; the names are Webex's."""
        return reading.meeting(self._call("POST", "/meetings", body=wanted))

    def patch_times(
        self, meeting_id: str, *, starts_at: datetime, ends_at: datetime, zone: str, host_email: str, tell_invitees: bool
    ) -> reading.Meeting:
        """Change when it takes place. Webex mails every invitee unless told not to."""
        body = {
            "start": _stamp(starts_at), "end": _stamp(ends_at), "timezone": zone, "hostEmail": host_email, "sendEmail": tell_invitees,
        }  # fmt: skip
        return reading.meeting(self._call("PATCH", f"/meetings/{_part(meeting_id)}", body=body, body_type=PATCH_BODY))

    def delete_meeting(self, meeting_id: str, *, host_email: str, tell_invitees: bool) -> None:
        """Take it off the site."""
        self._call("DELETE", f"/meetings/{_part(meeting_id)}", {"hostEmail": host_email, "sendEmail": tell_invitees})

    def invitees(self, meeting_id: str, *, host_email: str) -> list[reading.Json]:
        """Who is invited; co-hosts are invitees too."""
        return self._all("/meetingInvitees", {"meetingId": meeting_id, "hostEmail": host_email})

    # What took place ----------------------------------------------------------------------------------------------------

    def recordings(
        self, *, meeting_id: str, host_email: str, since: datetime, until: datetime, whole_organisation: bool
    ) -> list[reading.Recording]:
        """The recordings of one instance; an administrator's token asks for those of every host."""
        if whole_organisation:
            items = self._all("/admin/recordings", {"meetingId": meeting_id})
        else:
            items = self._all("/recordings", {"meetingId": meeting_id, "hostEmail": host_email, **_between(since, until)})
        return [reading.recording(item) for item in items]

    def recording(self, recording_id: str, *, host_email: str) -> reading.Recording:
        """One recording."""
        return reading.recording(self._call("GET", f"/recordings/{_part(recording_id)}", {"hostEmail": host_email}))

    def attendees(self, *, site: str, meeting_id: str, since: datetime, until: datetime) -> list[reading.Participant]:
        """The attendee report, there within 24 hours after the end."""
        asked = {"siteUrl": site, "meetingId": meeting_id, **_between(since, until)}
        return [reading.attendee(item) for item in self._all("/meetingReports/attendees", asked)]

    def participants(self, *, meeting_id: str, host_email: str, since: datetime, until: datetime) -> list[reading.Participant]:
        """Who joined an instance."""
        asked = {"meetingId": meeting_id, "hostEmail": host_email, "joinTimeFrom": _stamp(since), "joinTimeTo": _stamp(until)}
        return [reading.participant(item) for item in self._all("/meetingParticipants", asked)]

    def registrants(self, *, series: str, host_email: str, since: datetime, until: datetime) -> list[reading.Registrant]:
        """Who registered for a series between two instants, at most 90 days apart."""
        asked = {"hostEmail": host_email, "registrationTimeFrom": _stamp(since), "registrationTimeTo": _stamp(until)}
        return [reading.registrant(item) for item in self._all(f"/meetings/{_part(series)}/registrants", asked)]

    # The site and its notifications ---------------------------------------------------------------------------------------

    def sites(self) -> set[str]:
        """The host names of the sites that the token reaches."""
        found = self._call("GET", "/meetingPreferences/sites").get("sites")
        return {reading.text(item, "siteUrl").lower() for item in _objects(found)}

    def webhooks(self) -> list[reading.Webhook]:
        """Every notification registered with this token."""
        return [reading.webhook(item) for item in self._all("/webhooks", {})]

    def create_webhook(
        self, *, name: str, target_url: str, resource: str, event: str, secret: str, whole_organisation: bool
    ) -> reading.Webhook:
        """Have the site tell us."""
        body = {"name": name, "targetUrl": target_url, "resource": resource, "event": event, "secret": secret}
        return reading.webhook(self._call("POST", "/webhooks", body=body | ({"ownedBy": "org"} if whole_organisation else {})))

    def activate_webhook(self, webhook: reading.Webhook, *, secret: str) -> reading.Webhook:
        """Switch on again what Webex switched off."""
        body = {"name": webhook.name, "targetUrl": webhook.target_url, "secret": secret, "status": "active"}
        return reading.webhook(self._call("PUT", f"/webhooks/{_part(webhook.id)}", body=body))

    def webhook(self, webhook_id: str) -> reading.Webhook:
        """One notification."""
        return reading.webhook(self._call("GET", f"/webhooks/{_part(webhook_id)}"))

    def delete_webhook(self, webhook_id: str) -> None:
        """Have the site stop telling us."""
        self._call("DELETE", f"/webhooks/{_part(webhook_id)}")

    # Tokens -----------------------------------------------------------------------------------------------------------------

    def refresh(self, *, client_id: str, client_secret: str, refresh_token: str) -> reading.Tokens:
        """Trade a refresh token for new tokens; the old ones may be worthless from then on."""
        form = {"grant_type": "refresh_token", "client_id": client_id, "client_secret": client_secret, "refresh_token": refresh_token}
        return reading.tokens(self._json(self._send("POST", self._url("/access_token"), {}, form=form)))

    # How ----------------------------------------------------------------------------------------------------------------

    def _meetings(self, **asked: object) -> list[reading.Meeting]:
        return [reading.meeting(item) for item in self._all("/meetings", asked)]

    def _all(self, path: str, asked: Mapping[str, object]) -> list[reading.Json]:
        """Every item of every page."""
        for size in PAGE_SIZES:
            try:
                return self._pages(path, asked, size)
            except Unreachable as trouble:
                if trouble.status != 504 or size == PAGE_SIZES[-1]:
                    raise
        raise AssertionError

    def _pages(self, path: str, asked: Mapping[str, object], size: int) -> list[reading.Json]:
        found: list[reading.Json] = []
        url: httpx.URL | None = self._url(path)
        parameters = {**asked, "max": size}
        for _page in range(MOST_PAGES):
            response = self._send("GET", url, parameters)
            items = self._json(response).get("items", [])
            if not isinstance(items, list):
                raise self._trouble(Unreachable, response)
            found += _objects(items)
            url, parameters = self._next(response, size), {}
            if url is None:
                return found
        raise self._trouble(Unreachable, response)

    def _next(self, response: httpx.Response, size: int) -> httpx.URL | None:
        """The next page as the answer names it.

        :raises ForeignAddress: when it lies elsewhere than the first, which would hand our token to a stranger.
        """
        link = response.links.get("next", {}).get("url")
        if not link:
            return None
        try:
            url = response.request.url.join(link)
        except (httpx.InvalidURL, ValueError) as strange:
            raise self._trouble(ForeignAddress, response) from strange
        if (url.scheme, url.host, url.port) != (self._base.scheme, self._base.host, self._base.port) or url.userinfo:
            raise self._trouble(ForeignAddress, response)
        return url.copy_set_param("max", size) if url.params.get("max") == "null" else url

    def _call(
        self, method: str, path: str, asked: Mapping[str, object] | None = None, *, body: object = None, body_type: str = "application/json"
    ) -> reading.Json:
        response = self._send(method, self._url(path), asked or {}, body=body, body_type=body_type)
        return {} if response.status_code == 204 else self._json(response)

    def _url(self, path: str) -> httpx.URL:
        return httpx.URL(f"{str(self._base).rstrip('/')}{path}")

    def _send(
        self, method: str, url: httpx.URL | None, asked: Mapping[str, object], *, body: object = None, body_type: str = "", form: Any = None
    ) -> httpx.Response:
        """:raises Trouble: for anything but an answer of the 200s."""
        assert url is not None
        given = {name: _word(value) for name, value in asked.items() if value not in ("", None)}
        content = {} if body is None else {"content": json.dumps(body), "headers": {"Content-Type": body_type}}
        until = time.monotonic() + 2 * self._seconds
        try:
            request = self._http.build_request(method, url.copy_merge_params(given) if given else url, data=form, **content)  # type: ignore[arg-type]
            response = self._http.send(request, stream=True)
            try:
                _read(response, until)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as strange:
            logger.warning("webex: %s %s gave no answer (%s)", method, url.path, type(strange).__name__)
            raise Unreachable from strange
        if not response.is_success:
            raise self._trouble(_KINDS.get(response.status_code, Rejected if response.is_client_error else Unreachable), response)
        return response

    def _json(self, response: httpx.Response) -> reading.Json:
        try:
            answer = json.loads(response.content)
        except (ValueError, RecursionError) as strange:
            raise self._trouble(Unreachable, response) from strange
        if not isinstance(answer, dict):
            raise self._trouble(Unreachable, response)
        return answer

    def _trouble(self, kind: type[Trouble], response: httpx.Response) -> Trouble:
        """Say in the log what Webex's support would ask for, without the query, which names people."""
        tracking_id = response.headers.get("trackingid", "")[:80]
        request = response.request
        logger.warning(
            "webex: %s %s: %s %s, trackingId %s", request.method, request.url.path, response.status_code, kind.word, tracking_id or "-"
        )
        wait = wait_asked(response.headers.get("retry-after"), now=self._now) if kind is Busy else None
        return kind(status=response.status_code, tracking_id=tracking_id, wait=wait)


@cache
def _trusted() -> Any:
    """The certificates we trust, read once."""
    return httpx.create_ssl_context()


def _read(response: httpx.Response, until: float) -> None:
    """Read the whole body, unless it is too large or dripping: who sends a byte a second would keep us for ever."""
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES or time.monotonic() > until:
            raise httpx.ReadTimeout("too much, or too slow")
    response._content = b"".join(parts)  # noqa: SLF001 - as httpx's own `read` does


def _objects(items: Any) -> list[reading.Json]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, Iterable) else []


def _between(since: datetime, until: datetime) -> dict[str, str]:
    """An explicit window: without one Webex silently takes seven days."""
    return {"from": _stamp(since), "to": _stamp(until)}


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _part(value: str) -> str:
    return quote(value, safe="")
