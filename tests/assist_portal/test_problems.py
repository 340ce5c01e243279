"""Errors of the API: one shape, stable codes."""

from typing import ClassVar

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, serializers

from assist_portal.bodies import TooLarge
from assist_portal.problems import problem_json
from customers.refusals import Refusal


class NobodyThere(Refusal):
    code = "nobody_there"
    sentence = "Nobody is there on %(day)s."
    members: ClassVar = {"alternatives": ["Tuesday"]}


class Question(serializers.Serializer):
    name = serializers.CharField(max_length=3)
    days = serializers.ListField(child=serializers.IntegerField())


def test_a_refusal_carries_its_code_its_sentence_and_its_members():
    answer = problem_json(NobodyThere(day="Monday"), {})
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.data == {
        "type": "urn:assist-portal:problem:nobody_there",
        "title": "Conflict",
        "status": 409,
        "detail": "Nobody is there on Monday.",
        "code": "nobody_there",
        "alternatives": ["Tuesday"],
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.ParseError(), 400, "malformed"),
        (TooLarge(), 413, "too_large"),
        (RequestDataTooBig(), 413, "too_large"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        (exceptions.Throttled(wait=7), 429, "too_many_requests"),
    ],
)
@pytest.mark.django_db
def test_the_framework_s_errors_have_stable_codes(error, status, code):
    answer = problem_json(error, {})
    assert (answer.status_code, answer.data["code"], answer.data["status"]) == (status, code, status)


@pytest.mark.django_db
def test_waiting_is_told():
    assert problem_json(exceptions.Throttled(wait=7.2), {}).headers["Retry-After"] == "8"


@pytest.mark.django_db
def test_each_fault_points_at_its_member():
    question = Question(data={"name": "long", "days": [1, "x"]})
    assert not question.is_valid()
    answer = problem_json(exceptions.ValidationError(question.errors), {})
    assert [(fault["pointer"], fault["code"]) for fault in answer.data["errors"]] == [("#/name", "max_length"), ("#/days/1", "invalid")]


def test_an_unexpected_error_is_not_explained():
    assert problem_json(ZeroDivisionError(), {}) is None


@pytest.mark.django_db
def test_an_unknown_address_below_the_api_answers_a_problem(client):
    answer = client.get("/api/v1/nothing/")
    assert (answer.status_code, answer.headers["Content-Type"], answer.json()["code"]) == (404, "application/problem+json", "not_found")
