"""The work queue: every beat entry names a task, every task states whose rows it works on."""

import ast
import os
import subprocess
import sys

import pytest
from celery import Celery
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from assist_portal import work_queue
from assist_portal.beat import Sweep
from assist_portal.beat import app as beat
from assist_portal.celery import app
from assist_portal.tasks import SCOPE_MARK, PortalTask
from customers.tenancy import EVERYTHING, scope, scoped_by, unscoped
from tests.project.source import APPS, functions, trees


@pytest.fixture(scope="module")
def registered():
    app.loader.import_default_modules()
    app.finalize(auto=True)
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_beat_entry_names_a_task(registered):
    assert {entry["task"] for entry in work_queue.beat_schedule.values()} - registered.keys() == set()


@pytest.mark.promise(25, "a task that states no scope does not even bind")
def test_every_task_states_its_scope(registered):
    assert registered
    assert [name for name, task in registered.items() if not getattr(task.run, SCOPE_MARK, False)] == []


@pytest.mark.promise(25, "a task that states no scope does not even bind")
def test_a_task_without_a_scope_does_not_even_bind():
    def forgetful():
        pass

    other = Celery("other", task_cls=PortalTask, set_as_current=False)
    with pytest.raises(ImproperlyConfigured, match="states no tenancy scope"):
        other.task(forgetful, lazy=False, shared=False)


@pytest.mark.promise(25, "a task that states no scope does not even bind")
@pytest.mark.parametrize("decorator", [scope(EVERYTHING), scoped_by("organisation_id"), unscoped])
def test_a_task_with_a_scope_binds(decorator):
    def careful(organisation_id=1):
        return organisation_id

    other = Celery("other", task_cls=PortalTask, set_as_current=False)
    assert getattr(other.task(decorator(careful), lazy=False, shared=False).run, SCOPE_MARK)


def test_tasks_live_in_tasks_modules_and_hold_no_rules():
    for place, function in functions():
        if any("shared_task" in ast.unparse(each) for each in function.decorator_list):
            module = place.split(":")[0]
            assert module.endswith("/tasks.py"), place
            assert function.end_lineno - function.body[0].lineno < 14, place


def test_every_app_that_has_tasks_is_looked_through():
    assert {path.split("/")[0] for path in trees() if path.endswith("/tasks.py")} <= set(APPS) & set(settings.INSTALLED_APPS)


def sweep_of(name: str) -> Sweep:
    return Sweep(name=name, task=name, schedule=work_queue.beat_schedule[name]["schedule"], app=beat)


@pytest.fixture
def sweep() -> Sweep:
    return sweep_of("expire holds")


def test_beat_looks_at_everything_at_once_when_it_starts(sweep):
    assert sweep.is_due().is_due


def test_a_sweep_that_nobody_took_expires_when_the_next_is_due(sweep):
    assert sweep.options == {"expires": 60}
    assert next(sweep).options == {"expires": 60}


def test_what_is_asked_for_every_second_has_time_to_come_behind_the_others():
    assert sweep_of("follow events").options == {"expires": 10}


def test_beat_loads_neither_django_s_settings_nor_any_application():
    """A quarter of the memory, and nothing that could be broken by it."""
    code = (
        "import sys; from assist_portal.beat import app; app.loader.init_worker(); app.finalize(); print(app.conf.broker_url, *sys.modules)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment).stdout.split()
    assert said[0] == work_queue.broker_url
    assert [name for name in said if name == "django.conf" or (name.split(".")[0] in APPS and name.endswith(".models"))] == []
