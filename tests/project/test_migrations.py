"""The migrations say what the models say."""

import pytest
from django.core.management import call_command
from django.db.migrations import AddConstraint, AddField, AddIndex
from django.db.migrations.loader import MigrationLoader

from customers.operations import InitialMigration


@pytest.mark.django_db
def test_no_migration_is_missing(everything):
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


def test_first_migrations_hold_nothing_that_would_be_made_twice():
    """They are applied against their last state, whose models have every field, constraint and index already."""
    first = [each for each in MigrationLoader(None).disk_migrations.values() if isinstance(each, InitialMigration)]
    assert len(first) == 8
    assert not [each for migration in first for each in migration.operations if isinstance(each, AddConstraint | AddField | AddIndex)]
