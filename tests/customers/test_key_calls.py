"""A program reads about its key and changes over to a new one."""

from datetime import timedelta

import pytest

from customers.models import ApiKey, KeyScope
from tests import make
from tests.orders.programs import Program

pytestmark = pytest.mark.usefixtures("everything")


def with_token(program: Program, token: str) -> Program:
    program.headers = {"authorization": f"Bearer {token}"}
    return program


def test_a_program_changes_over_without_a_gap_and_ends_the_former_key() -> None:
    acme = make.organisation("Acme")
    former, later = (Program(acme, [KeyScope.ORDERS_READ], created_at=None, name="CRM") for _number in range(2))
    assert former.get("key/").json()["prefix"] == former.key.prefix
    made = former.post("key/rotate/")
    assert (made.status_code, made.json()["scopes"], made.json()["name"]) == (201, ["orders:read"], "CRM")
    new = ApiKey.objects.get(prefix=made.json()["prefix"])
    assert new.expires_at - new.created_at == former.key.expires_at - former.key.created_at == timedelta(days=365)
    assert new.organisation == acme and made.json()["token"].startswith(f"ap_{new.prefix}_")
    with_token(later, made.json()["token"])
    assert (later.get("sites/").status_code, former.get("sites/").status_code) == (200, 200)
    assert former.ask("DELETE", "key/").status_code == 204
    assert (later.get("sites/").status_code, former.get("sites/").status_code) == (200, 401)
    assert former.post("key/rotate/").status_code == 401
