"""Refuses to start when the second wall between tenants is down. Runs with `check --database default` and after `migrate`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, models

from customers.operations import POLICY

_ROLE = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
_STRONGER = """
SELECT rolname FROM pg_roles
WHERE (rolsuper OR rolbypassrls) AND rolname <> current_user AND pg_has_role(current_user, oid, 'MEMBER') ORDER BY rolname
"""
_WALLS = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       coalesce(array_agg(concat_ws(':', p.policyname, p.cmd, p.permissive, p.qual = p.with_check, p.qual LIKE '%%portal_scope()%%'))
                FILTER (WHERE p.policyname IS NOT NULL), '{}')
FROM pg_class c LEFT JOIN pg_policies p ON p.tablename = c.relname AND p.schemaname = current_schema()
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY(%s)
GROUP BY c.oid, c.relname ORDER BY c.relname
"""
_THE_POLICY = [f"{POLICY}:ALL:PERMISSIVE:t:t"]


def tenant_column(model: type[models.Model]) -> str | None:
    """Name the column that holds the organisation; the organisation itself and its history are told by `id`."""
    tracked = getattr(model, "pgh_tracked_model", model)
    if tracked._meta.label == "customers.Organisation":
        return "id"
    columns = {field.column for field in model._meta.local_fields}
    return "organisation_id" if "organisation_id" in columns else None


def tenant_tables() -> dict[str, str]:
    """Map each table that must stand behind the wall, history included, to the column that holds the organisation."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        column = tenant_column(model)
        if column and model._meta.managed and not model._meta.proxy:
            found[model._meta.db_table] = column
    return found


@register(Tags.database)
def tenancy_is_enforced(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report a role that row-level security does not bind, and each tenant table without its one policy."""
    return [error for alias in databases or [] for error in (*_role_errors(alias), *_wall_errors(alias))]


def _role_errors(alias: str) -> list[CheckMessage]:
    """Report a role that bypasses the wall, or may become one that does."""
    errors: list[CheckMessage] = []
    with connections[alias].cursor() as cursor:
        cursor.execute(_ROLE)
        if cursor.fetchone()[0]:
            hint = "Connect as a role that is NOSUPERUSER and NOBYPASSRLS."
            errors.append(Error("the portal's database role bypasses row-level security", hint=hint, id="customers.E001"))
        cursor.execute(_STRONGER)
        errors += [
            Error(f"the portal's role may become {role}, which bypasses row-level security", id="customers.E002")
            for (role,) in cursor.fetchall()
        ]
    return errors


def _wall_errors(alias: str) -> list[CheckMessage]:
    """Report each existing tenant table whose wall is not exactly the one that TenantTable builds."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_WALLS, [sorted(tenant_tables())])
        return [
            Error(
                f"{table} is not behind the wall between tenants",
                hint="Add customers.operations.TenantTable to a migration.",
                id="customers.E003",
            )
            for table, forced, policies in cursor.fetchall()
            if not forced or policies != _THE_POLICY
        ]
