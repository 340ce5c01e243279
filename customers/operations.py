"""Migration operations that put tables behind the second wall between tenants."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration, RunSQL
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

POLICY = "tenancy"

# Unset and empty both raise: a setting that was local to an earlier transaction reads '' afterwards, not NULL.
_CREATE_FUNCTION = """
CREATE FUNCTION portal_scope() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE scope text := current_setting('portal.scope', true);
BEGIN
    IF scope IS NULL OR scope = '' THEN
        RAISE EXCEPTION 'no tenancy scope is set'
            USING ERRCODE = 'insufficient_privilege', HINT = 'Wrap the work in customers.tenancy.scope(...).';
    END IF;
    RETURN scope;
END $$
"""

# Each sub-select stands alone, so PostgreSQL computes it once per statement instead of once per row. The second cast makes
# ANY take the sub-select's array as a value instead of its rows; nullif keeps '*' away from the first cast.
_VISIBLE = (
    "(SELECT portal_scope() = '*') OR {column} = ANY ((SELECT string_to_array(nullif(portal_scope(), '*'), ',')::bigint[])::bigint[])"
)


def create_scope_function() -> RunSQL:
    """Make the function that every policy reads; the first operation of the first migration."""
    return RunSQL(_CREATE_FUNCTION, "DROP FUNCTION portal_scope()")


class InitialMigration(Migration):
    """An app's first migration, applied against the state after all of its operations.

    Django builds every related model class anew for each operation, which took most of a first start. Here they are built once:
    so constraints, indexes and every field, circular ones too, must stand in their `CreateModel`.
    """

    initial = True

    def apply(
        self,
        project_state: ProjectState,
        schema_editor: BaseDatabaseSchemaEditor,
        collect_sql: bool = False,  # noqa: FBT001, FBT002
    ) -> ProjectState:
        """Write down the models' states without classes, then work on the database with the classes of the last state."""
        after = project_state.clone()
        after.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(self.app_label, after)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, after, after)
        return after


class _SqlOperation(Operation):
    """An operation on the database alone: Django's model state knows nothing of it."""

    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: the model state has no word for this."""


class TenantTable(_SqlOperation):
    """Put a model's table behind the wall: row-level security, forced on the owner too, with exactly one policy."""

    def __init__(self, model_name: str, column: str = "organisation_id") -> None:
        self.model_name = model_name
        self.column = column

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Enable, force, and write the policy."""
        quote = schema_editor.quote_name
        table = quote(to_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        visible = _VISIBLE.format(column=quote(self.column))
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({visible}) WITH CHECK ({visible})")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take the wall down again."""
        table = schema_editor.quote_name(from_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        schema_editor.execute(f"DROP POLICY {POLICY} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        """Say what the operation does, for `migrate --plan`."""
        return f"Put {self.model_name} behind the wall between tenants"

    @property
    def migration_name_fragment(self) -> str:
        """Name an automatically named migration."""
        return f"tenant_{self.model_name.lower()}"


class SameOrganisation(_SqlOperation):
    """Add a composite foreign key, so that a row can only point at a row of its own organisation.

    Foreign keys are not subject to row-level security: with Django's plain one, naming another tenant's row works. The
    table pointed at needs `UniqueConstraint(fields=["organisation", "id"])`; an empty pointer is not checked.
    """

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def _names(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState) -> tuple[str, str, str, str]:
        """Return table, constraint, column and target table, each quoted."""
        model = state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.field_name)
        quote = schema_editor.quote_name
        table = model._meta.db_table
        constraint = f"{table}_{self.field_name}_same_organisation"
        if len(constraint) > 63:  # PostgreSQL would cut it, and two long names could become one
            constraint = f"{table[:32]}_{self.field_name[:14]}_same_org"
        target = field.related_model._meta.db_table
        return quote(table), quote(constraint), quote(field.column), quote(target)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Add the key; deferred, as Django's own are."""
        table, constraint, column, target = self._names(app_label, schema_editor, to_state)
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {constraint} FOREIGN KEY (organisation_id, {column}) "
            f"REFERENCES {target} (organisation_id, id) DEFERRABLE INITIALLY DEFERRED"
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the key."""
        table, constraint, _, _ = self._names(app_label, schema_editor, from_state)
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")

    def describe(self) -> str:
        """Say what the operation does, for `migrate --plan`."""
        return f"{self.model_name}.{self.field_name} stays within its organisation"

    @property
    def migration_name_fragment(self) -> str:
        """Name an automatically named migration."""
        return f"{self.model_name.lower()}_{self.field_name}_same_organisation"
