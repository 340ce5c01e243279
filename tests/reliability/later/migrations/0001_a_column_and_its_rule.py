"""A column with a default, and a rule that is judged afterwards, so that nobody waits for it."""

from typing import ClassVar

from django.db import migrations

ADD = "ALTER TABLE orders_order ADD COLUMN later text NOT NULL DEFAULT '', ADD CONSTRAINT later_is_short CHECK (length(later) < 9) NOT VALID"
DROP = "ALTER TABLE orders_order DROP COLUMN later"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("orders", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(ADD, DROP)]
