"""The production shape, held against the settings. No container engine runs here: the files are parsed, not started."""

import ast
import json
import os
import re
import subprocess
import sys

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from assist_portal.running.stack import Stack
from tests.project.source import BASE_DIR

PRODUCTION = {
    "PATH": os.environ["PATH"],
    "SECRET_KEY": "k3-" + "Zq8vX1nB" * 8,
    "DATABASE_URL": "postgres://portal:secret@db.example:5432/portal",
    "REDIS_URL": "redis://redis.example:6379/0",
    "PORTAL_URL": "https://assist.example",
    "ALLOWED_HOSTS": "assist.example",
    "EMAIL_URL": "smtp+tls://user:password@smtp.example:587",
    "DEVELOPMENT": "false",
}
READ_BY_LIBRARIES = {"PROMETHEUS_MULTIPROC_DIR", "DJANGO_SETTINGS_MODULE", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile():
    return (BASE_DIR / "Dockerfile").read_text()


def read_by_settings():
    tree = ast.parse((BASE_DIR / "assist_portal/settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env.") and node.args and isinstance(node.args[0], ast.Constant)
    }


def manage(*command, **more):
    environment = {**PRODUCTION, "VAR": str(BASE_DIR / "nowhere"), **more}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )


def test_the_example_names_every_variable_and_no_other():
    named = set(re.findall(r"^([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), flags=re.MULTILINE))
    assert named == read_by_settings()


def test_every_variable_of_compose_is_read_by_somebody(compose):
    for name in ("prepare", "web", "worker", "beat"):
        assert set(compose["services"][name]["environment"]) <= read_by_settings() | READ_BY_LIBRARIES, name


def test_compose_gives_every_variable_that_has_no_default(compose):
    text = (BASE_DIR / "assist_portal/settings.py").read_text()
    needed = set(re.findall(r'env\.\w+\("([A-Z_]+)"\)', text))
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"} <= needed
    for name in ("prepare", "web", "worker", "beat"):
        assert needed <= set(compose["services"][name]["environment"]), name


def test_every_process_waits_for_the_prepared_database(compose):
    for name in ("web", "worker", "beat"):
        assert compose["services"][name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_the_portal_s_role_in_compose_is_ordinary(compose):
    assert "./docker/make-role.sh:/docker-entrypoint-initdb.d/make-role.sh:ro" in compose["services"]["postgres"]["volumes"]
    script = (BASE_DIR / "docker/make-role.sh").read_text()
    assert "NOSUPERUSER NOBYPASSRLS" in script
    assert compose["services"]["web"]["environment"]["DATABASE_URL"].startswith("postgres://portal:")
    assert os.access(BASE_DIR / "docker/make-role.sh", os.X_OK)


def test_migrations_go_to_postgresql_itself_whatever_stands_before_it(compose, settings):
    prepare = compose["services"]["prepare"]["environment"]
    assert (prepare["DATABASE_URL"].rpartition("@")[2], prepare["BEHIND_PGBOUNCER"]) == ("postgres:5432/portal", "false")
    settings.BEHIND_PGBOUNCER = True
    for command in ("migrate", "prepare"):
        with pytest.raises(CommandError, match="Migrate against PostgreSQL directly"):
            call_command(command)


def test_only_the_web_is_reachable_and_only_from_this_machine(compose):
    assert {name: service["ports"] for name, service in compose["services"].items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }


def test_worker_and_beat_run_as_under_the_supervisor(compose, tmp_path):
    stack = Stack(var=tmp_path, port=0, given=PRODUCTION)
    ours = {service.name: service.command[1:] for service in stack.services()}
    for name in ("worker", "beat"):
        assert tuple(compose["services"][name]["command"][1:]) == ours[name]


def test_gunicorn_takes_these_options(dockerfile):
    command = json.loads(re.search(r"^CMD (\[.*\])$", dockerfile, flags=re.MULTILINE)[1])
    assert command[:2] == ["gunicorn", "assist_portal.wsgi"]
    usage = subprocess.run([sys.executable, "-m", "gunicorn", "--help"], capture_output=True, text=True, check=True).stdout
    assert [word for word in command if word.startswith("--") and word not in usage] == []


def test_the_image_copies_what_exists_and_runs_as_nobody_special(dockerfile):
    sources = [line.split()[1] for line in dockerfile.splitlines() if line.startswith("COPY")]
    assert [source for source in sources if not (BASE_DIR / source).exists()] == []
    assert re.findall(r"^USER (.*)$", dockerfile, flags=re.MULTILINE) == ["portal"]
    assert set(re.findall(r"python manage.py (\w+)", dockerfile)) == {"collectstatic"}


def test_the_image_s_files_are_collected_without_any_server(dockerfile, tmp_path):
    given = dict(re.findall(r"(SECRET_KEY|DATABASE_URL|REDIS_URL)=(\S+)", dockerfile))
    slow = ("drf_spectacular_sidecar", "unfold", "admin", "rest_framework", "django_htmx", "guide")  # to compress
    others = [f"--ignore={folder}" for folder in slow]
    done = manage("collectstatic", "--no-input", *others, STATIC_ROOT=str(tmp_path), **given)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "staticfiles.json").exists()


def test_the_locks_hold_hashes_and_name_no_host():
    declared = {
        name.lower()
        for name in re.findall(
            r'^  "([A-Za-z0-9-]+)', (BASE_DIR / "pyproject.toml").read_text().split("[project.optional")[0], flags=re.MULTILINE
        )
    }
    for lock in ("base.txt", "dev.txt"):
        text = (BASE_DIR / "requirements" / lock).read_text()
        pinned = set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", text, flags=re.MULTILINE))
        assert declared <= pinned
        assert text.count("==") <= text.count("--hash=sha256:")
        assert "://" not in text
