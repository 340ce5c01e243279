"""Recordings over the REST API: which there are, opening one, and filing one that lies in the customer's account."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from customers.clock import now_of
from customers.models import KeyScope
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.fields import instant, line
from customers.rest.idempotency import answer_once
from customers.rest.views import ApiView
from engagements.actions import add_recording, open_recording
from engagements.actions.recordings import LONGEST_NOTE
from engagements.models import Recording, RecordingFormat
from engagements.queries import engagements_visible_to, recordings_of, recordings_visible_to

READ, WRITE = KeyScope.ENGAGEMENTS_READ, KeyScope.ENGAGEMENTS_WRITE
AN_EXAMPLE = {"session": "0f3c9a1be27d4c55", "url": "https://northwind.webex.example/recording/1", "formats": ["STREAM", "MP4"]}


class RecordingOut(serializers.Serializer[Any]):
    """A recording of a session; `links.open` says where it is and notes that it was opened."""

    key = serializers.CharField()
    session = serializers.CharField()
    place = serializers.ChoiceField(choices=Recording.Place.values)
    formats = serializers.ListField(child=serializers.ChoiceField(choices=RecordingFormat.values))
    trim_note = serializers.CharField()
    added_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    links = serializers.DictField(child=serializers.CharField())


class RecordingsOut(serializers.Serializer[Any]):
    """The recordings of an engagement, in the order of its sessions."""

    results = RecordingOut(many=True)


class RecordingIn(serializers.Serializer[Any]):
    """A recording that one of your sites holds, or a repository that you opened to us."""

    session = line(24, required=True)
    url = serializers.CharField(max_length=2000)
    formats = serializers.ListField(child=serializers.ChoiceField(choices=RecordingFormat.choices), min_length=1, max_length=5)
    trim_note = line(LONGEST_NOTE, default="")


class WhereOut(serializers.Serializer[Any]):
    """Where a recording is."""

    url = serializers.CharField()


class RecordingsView(ApiView):
    """`/api/v1/engagements/<number>/recordings/`"""

    calls: ClassVar[dict[str, Call]] = {
        "GET": Call("recordings_list", READ, RecordingsOut, refusals=(404,)),
        "POST": Call("recording_add", WRITE, RecordingOut, body=RecordingIn, status=201, refusals=(404,), example=AN_EXAMPLE),
    }

    def get(self, request: KeyRequest, number: str) -> Response:
        """List the recordings, in the order of their sessions. Source: S71, S95"""
        engagement = get_object_or_404(engagements_visible_to(request.user), number=number)
        return Response({"results": [_recording(each, number) for each in recordings_of(engagement)]})

    def post(self, request: KeyRequest, number: str) -> HttpResponse:
        """File a recording under its session once that has ended; the same link again answers with what is there. Source: S93"""
        now = now_of(request)
        return answer_once(self, request, lambda: self._add(request, number, now=now), now=now)

    def _add(self, request: KeyRequest, number: str, *, now: datetime) -> Response:
        engagement = get_object_or_404(engagements_visible_to(request.user), number=number)
        body = RecordingIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        session = engagement.sessions.filter(key=asked.pop("session")).first()
        if session is None:
            raise serializers.ValidationError({"session": _("There is no such session.")})
        recording = add_recording(session, **asked, by=request.user, now=now)
        return Response(_recording(recording, number), status=201)


class OpenView(ApiView):
    """`/api/v1/engagements/<number>/recordings/<key>/open/`"""

    calls: ClassVar[dict[str, Call]] = {"POST": Call("recording_open", READ, WhereOut, refusals=(404, 410))}

    def post(self, request: KeyRequest, number: str, key: str) -> HttpResponse:
        """Say where a recording is, and note that it was opened; 410 when it is not offered any more. Source: S95"""
        now = now_of(request)
        return answer_once(self, request, lambda: self._open(request, number, key, now=now), now=now)

    def _open(self, request: KeyRequest, number: str, key: str, *, now: datetime) -> Response:
        recording = get_object_or_404(recordings_visible_to(request.user), session__engagement__number=number, key=key)
        return Response({"url": open_recording(recording, by=request.user, now=now)})


def _recording(recording: Recording, number: str) -> dict[str, Any]:
    here = f"/api/v1/engagements/{number}/recordings/"
    return {
        "key": recording.key,
        "session": recording.session.key,
        "place": recording.place,
        "formats": recording.formats,
        "trim_note": recording.trim_note,
        "added_at": instant(recording.added_at),
        "expires_at": instant(recording.expires_at),
        "links": {"open": f"{here}{recording.key}/open/"},
    }
