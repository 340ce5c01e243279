"""What the product is made of is pinned, known and listed, and what is banned is found. Source: promises row 58"""

import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from assist_portal.management.commands.write_sbom import LOCK, SBOM, bill_of_materials
from tests.project.source import APPS, BASE_DIR

KNOWN = pytest.mark.promise(
    58, "every package pinned with hashes and in the SBOM; bandit's rules (ruff S) and our bans find nothing unexplained"
)
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
# Findings of bandit's rules that stay, by rule, each looked at on 2026-11-26.
WAIVED = {
    ("assist_portal/demo/people.py", "S105"): "the documented password of the demo, which production has not",
    ("assist_portal/machines/views.py", "S104"): "an address compared, not listened on",
    ("assist_portal/running/surroundings.py", "S108"): "a folder of our own, or none",
    ("assist_portal/running/stack.py", "S310"): "our own loopback address",
    ("assist_portal/templatetags/times.py", "S308"): "escaped just before",
    ("catalog/reading.py", "S506"): "a subclass of SafeLoader",
    ("engagements/cockpit.py", "S608"): "names of our own tables",
    ("orders/guides.py", "S308"): "our own guides, whose HTML is off",
    ("outbox/actions/mails.py", "S311"): "spreads retries, guards nothing",
    ("outbox/actions/mails.py", "S608"): "names of our own tables",
    ("outbox/actions/posting.py", "S311"): "spreads retries, guards nothing",
    ("reports/traces.py", "S608"): "names of our own tables",
}
HOUSE = {"S101", "S603", "S607"}  # pyproject.toml says why: asserts narrow types, the programs we start are our own


def found_by_ruff(*where: str, rules: str) -> set[tuple[str, str]]:
    """What the rules find when nobody may say that it is all right."""
    command = [sys.executable, "-m", "ruff", "check", "--select", rules, "--ignore-noqa", "--output-format", "json", "--no-cache", *where]
    said = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert said.returncode in {0, 1}, said.stderr
    return {(str(Path(each["filename"]).relative_to(BASE_DIR)), each["code"]) for each in json.loads(said.stdout)}


def pins(lock: str) -> set[tuple[str, str]]:
    """Names and versions; a package may have one version for each Python."""
    return set(PIN.findall((BASE_DIR / "requirements" / lock).read_text()))


@KNOWN
@pytest.mark.parametrize("lock", ["base.txt", "dev.txt"])
def test_each_pin_has_hashes_of_its_own(lock: str, record_property) -> None:
    text = (BASE_DIR / "requirements" / lock).read_text()
    entries = re.split(r"^(?=[a-z0-9._-]+(?:\[[^\]]*\])?==)", text, flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert len(entries) == len(pins(lock)) > 50
    record_property("n", len(entries))


@KNOWN
def test_the_sbom_lists_exactly_the_lock(record_property) -> None:
    kept = json.loads((BASE_DIR / SBOM).read_text())
    assert kept == bill_of_materials((BASE_DIR / LOCK).read_text()), "run: manage.py write_sbom"
    assert {(each["name"], each["version"]) for each in kept["components"]} == pins("base.txt")
    assert all(each["externalReferences"][0]["hashes"] for each in kept["components"])
    record_property("n", len(kept["components"]))


def test_a_changed_pin_would_be_seen() -> None:
    """The control."""
    lock = (BASE_DIR / LOCK).read_text()
    assert bill_of_materials(re.sub(r"^django==\S+", "django==4.0", lock, flags=re.MULTILINE)) != bill_of_materials(lock)


@KNOWN
def test_what_is_installed_is_what_is_pinned() -> None:
    pinned = pins("dev.txt")
    names = {name for name, _version in pinned}
    installed = {(re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(), each.version) for each in distributions()}
    assert {each for each in installed - pinned if each[0] in names} == set()


@KNOWN
def test_bandit_s_rules_find_only_what_is_explained(record_property) -> None:
    found = {each for each in found_by_ruff(*APPS, rules="S") if each[1] not in HOUSE}
    assert found == set(WAIVED)
    record_property("n", len(APPS))
    record_property("waived", len(WAIVED))


@KNOWN
def test_our_bans_find_nothing() -> None:
    assert found_by_ruff(*APPS, "tests", rules="TID251") == set()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("eval(input())", "S307"),
        ("import pickle; pickle.loads(b'')", "S301"),
        ("import hashlib; hashlib.md5(b'')", "S324"),
        ("import subprocess; subprocess.run('ls', shell=True)", "S602"),
        ("from unittest.mock import Mock", "TID251"),
        ("from django.dispatch import receiver", "TID251"),
    ],
)
def test_what_is_banned_would_be_found(line: str, rule: str) -> None:
    """The control."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--select",
        "S,TID",
        "--stdin-filename",
        "orders/new.py",
        "--output-format",
        "json",
        "-",
    ]
    said = subprocess.run(command, cwd=BASE_DIR, input=line + "\n", capture_output=True, text=True, check=False)
    assert rule in {each["code"] for each in json.loads(said.stdout)}
