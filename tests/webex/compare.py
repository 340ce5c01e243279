"""Hold our description against Cisco's own: `python -m tests.webex.compare SPEC`. For every operation that theirs holds, ours must not
declare anything that theirs does not, nor lack what theirs requires. Not part of the test suite: their file is not part of this project.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.webex.description import description, schema_of

OUR_WORDS = {"object": "object", "objects": "array", "texts": "array", "yes": "boolean", "number": "number"}


class Theirs:
    """Cisco's description."""

    def __init__(self, path: Path) -> None:
        self.whole = json.loads(path.read_text())

    def operations(self) -> dict[str, dict[str, Any]]:
        """By our names."""
        found = {}
        for path, methods in self.whole["paths"].items():
            parts = "/".join("*" if part.startswith("{") else part for part in path.split("/"))
            found |= {f"{method.upper()} {parts}": operation for method, operation in methods.items() if method != "parameters"}
        return found

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Without references."""
        while "$ref" in schema:
            schema = self.whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema


def kind_of(word: str | list[str]) -> str:
    return "string" if isinstance(word, list) else OUR_WORDS.get(word) or str(schema_of(word)["type"])


def compare_value(name: str, word: Any, theirs: dict[str, Any]) -> list[str]:
    faults = []
    if kind_of(word) != theirs.get("type", "object"):
        faults.append(f"{name} is {kind_of(word)}, theirs {theirs.get('type')}")
    if isinstance(word, list) and "enum" in theirs and not set(word) <= set(theirs["enum"]):
        faults.append(f"{name} allows {sorted(set(word) - set(theirs['enum']))}")
    return faults


def compare_shape(theirs: Theirs, schema: dict[str, Any], name: str) -> list[str]:
    schema, ours = theirs.resolved(schema), description()["shapes"][name]
    columns, required = {column.removesuffix("!"): word for column, word in ours.items()}, {c[:-1] for c in ours if c.endswith("!")}
    faults = [f"{name}.{column} is not theirs" for column in columns if column not in schema["properties"]]
    faults += [f"{name} lacks {column}, which theirs requires" for column in schema.get("required", []) if column not in required]
    for column, word in columns.items():
        if column in schema["properties"]:
            faults += compare_value(f"{name}.{column}", word, theirs.resolved(schema["properties"][column]))
    return faults


def compare_parameters(theirs: Theirs, ours: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    faults = []
    for kind, place in (("query", "query"), ("headers", "header")):
        declared = {each["name"]: each for each in operation.get("parameters", []) if each["in"] == place}
        names = {name.removesuffix("!"): word for name, word in ours.get(kind, {}).items()}
        faults += [f"{place} {name} is not theirs" for name in names if name not in declared]
        faults += [
            f"{place} {name} is required"
            for name, each in declared.items()
            if each.get("required") and f"{name}!" not in ours.get(kind, {})
        ]
        for name, word in names.items():
            if name in declared:
                faults += compare_value(f"{place} {name}", word, theirs.resolved(declared[name]["schema"]))
    return faults


def compare_operation(theirs: Theirs, ours: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    faults = compare_parameters(theirs, ours, operation)
    body = operation.get("requestBody", {}).get("content", {})
    if bool(body) != ("body" in ours):
        faults.append("one has a body, the other none")
    elif body:
        faults += [] if ours["body_type"] in body else [f"the body is {list(body)}"]
        faults += compare_shape(theirs, next(iter(body.values()))["schema"], ours["body"])
    good = {status: each for status, each in operation["responses"].items() if status.startswith("2")}
    content = next((each["content"] for each in good.values() if each.get("content")), None)
    if (content is None) != (ours["answer"] is None):
        faults.append("one has an answer, the other none")
    elif content:
        schema, answer = theirs.resolved(next(iter(content.values()))["schema"]), ours["answer"]
        if isinstance(answer, dict):
            faults += compare_shape(theirs, schema["properties"]["items"]["items"], answer["list"])
        else:
            faults += compare_shape(theirs, schema, answer)
    statuses = {int(status) for status in operation["responses"]}
    unknown = set(description()["statuses"]) - statuses - {200, 204}
    return faults + ([f"statuses {sorted(unknown)} are not theirs"] if unknown else [])


def main(path: Path) -> int:
    theirs = Theirs(path)
    operations, ours = theirs.operations(), description()["operations"]
    faults = 0
    for name, operation in operations.items():
        found = compare_operation(theirs, ours[name], operation) if name in ours else ["we do not describe it"]
        faults += len(found)
        print(f"{'ok  ' if not found else 'DIFF'} {name}")
        for fault in found:
            print(f"       {fault}")
    print(f"{len(operations)} operations of {theirs.whole['info']['title']!r} compared, {faults} differences")
    print("not in theirs, so not compared: " + (", ".join(name for name in ours if name not in operations) or "none"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
