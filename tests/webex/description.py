"""Our own description of the Webex REST API, and what an exchange with it does that the description does not allow."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from webex.simulator.world import Exchange

FILE = Path(__file__).parent / "operations.json"
OURS = {"authorization", "accept", "accept-encoding", "connection", "host", "user-agent", "content-type", "content-length"}
TYPES = {
    "object": {"type": "object"},
    "objects": {"type": "array", "items": {"type": "object"}},
    "texts": {"type": "array", "items": {"type": "string"}},
}


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


def schema_of(word: str | list[str]) -> dict[str, Any]:
    """Of one value."""
    if isinstance(word, list):
        return {"enum": word}
    return TYPES.get(word) or description()["types"][word]


@cache
def shape(name: str) -> Draft202012Validator:
    """Of an object, which holds nothing undeclared."""
    columns = {column.removesuffix("!"): schema_of(word) for column, word in description()["shapes"][name].items()}
    required = [column[:-1] for column in description()["shapes"][name] if column.endswith("!")]
    return Draft202012Validator({"type": "object", "properties": columns, "required": required, "additionalProperties": False})


def operation_of(method: str, path: str) -> str | None:
    for name in sorted(description()["operations"], key=lambda name: name.count("*")):
        if re.fullmatch(name.replace("*", "[^/]+"), f"{method} {path}"):
            return str(name)
    return None


def faults_of(exchange: Exchange) -> list[str]:
    """What is not allowed about a call and its answer."""
    name = operation_of(exchange.method, exchange.path)
    if name is None:
        return [f"{exchange.method} {exchange.path} is no operation"]
    operation = description()["operations"][name]
    found = [*_query(operation, exchange), *_headers(operation, exchange), *_body(operation, exchange), *_answer(operation, exchange)]
    return [f"{name}: {fault}" for fault in found]


def _query(operation: dict[str, Any], exchange: Exchange) -> list[str]:
    declared = {column.removesuffix("!"): word for column, word in operation.get("query", {}).items()}
    missing = [f"lacks {column}" for column in operation.get("query", {}) if column.endswith("!") and column[:-1] not in exchange.query]
    unknown = [f"parameter {column}" for column in exchange.query if column not in declared and column != "offset"]  # the simulator's own
    return (
        missing
        + unknown
        + [
            f"{column} is {value}"
            for column, values in exchange.query.items()
            for value in values
            if column in declared and not Draft202012Validator(schema_of(declared[column])).is_valid(_read(value, declared[column]))
        ]
    )


def _read(value: str, word: Any) -> Any:
    """A parameter as the value it stands for."""
    if word == "number":
        return int(value) if value.isdigit() else value
    return {"true": True, "false": False}.get(value, value) if word == "yes" else value


def _headers(operation: dict[str, Any], exchange: Exchange) -> list[str]:
    allowed = OURS | operation.get("headers", {}).keys()
    bearer = exchange.headers.get("authorization", "").startswith("Bearer ")
    return [f"header {name}" for name in exchange.headers if name not in allowed] + (
        [] if bearer or operation.get("open") else ["no token"]
    )


def _body(operation: dict[str, Any], exchange: Exchange) -> list[str]:
    if "body" not in operation:
        return ["a body"] if exchange.body else []
    kind = exchange.headers.get("content-type")
    found = [] if kind == operation["body_type"] else [f"body of type {kind}"]
    return found + [error.message for error in shape(operation["body"]).iter_errors(exchange.body)]


def _answer(operation: dict[str, Any], exchange: Exchange) -> list[str]:
    if exchange.status not in description()["statuses"]:
        return [f"status {exchange.status}"]
    if exchange.status >= 400:
        return [error.message for error in shape("Error").iter_errors(exchange.answer)]
    if operation["answer"] is None:
        return [] if exchange.status == 204 and exchange.answer is None else ["an answer"]
    if isinstance(operation["answer"], str):
        return [error.message for error in shape(operation["answer"]).iter_errors(exchange.answer)]
    if set(exchange.answer) != {"items"}:
        return ["no list"]
    return [error.message for item in exchange.answer["items"] for error in shape(operation["answer"]["list"]).iter_errors(item)]
