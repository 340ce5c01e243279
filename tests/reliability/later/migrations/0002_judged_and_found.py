"""What takes long takes no lock that keeps anybody from reading or writing."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("later", "0001_a_column_and_its_rule")]
    operations: ClassVar = [
        migrations.RunSQL("SET lock_timeout = 0", migrations.RunSQL.noop),  # it waits for everybody's transactions and keeps nobody
        migrations.RunSQL("ALTER TABLE orders_order VALIDATE CONSTRAINT later_is_short", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY later_is_found ON orders_order (later)", "DROP INDEX CONCURRENTLY later_is_found"),
    ]
