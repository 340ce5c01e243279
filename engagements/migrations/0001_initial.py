import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from customers.operations import SameOrganisation, TenantTable


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        ('customers', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('scheduling', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('ADMINISTRATOR', 'Administrator'), ('COORDINATOR', 'Scheduling coordinator'), ('PM', 'Project manager'), ('ANALYST', 'Analyst'), ('PRODUCER', 'Producer')], max_length=14, verbose_name='role')),
                ('assigned_at', models.DateTimeField(verbose_name='from')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('reason', models.CharField(choices=[('BOOKED', 'Free for all of it, and booked'), ('LEAST_LOADED', 'Has the fewest engagements'), ('CUSTOMERS_OWN', 'Looks after this customer'), ('MOVED', 'Free at the new time'), ('COVER', 'Stands in'), ('CHOSEN', 'Chosen by hand')], max_length=13, verbose_name='why this person')),
                ('ended_because', models.CharField(blank=True, choices=[('MOVED', 'Not free at the new time'), ('UNAVAILABLE', 'No longer available'), ('REPLACED', 'Replaced by hand'), ('CANCELLED', 'Cancelled'), ('CLOSED', 'All done')], max_length=12, verbose_name='why no longer')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='scheduling.staffmember', verbose_name='staff member')),
            ],
            options={
                'verbose_name': 'assignment',
                'verbose_name_plural': 'assignments',
            },
        ),
        migrations.CreateModel(
            name='Engagement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=16, unique=True, verbose_name='number')),
                ('reference', models.CharField(max_length=40, unique=True, verbose_name='reference of the bookings')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('contact_name', models.CharField(max_length=160, verbose_name='contact')),
                ('contact_email', models.EmailField(max_length=254, verbose_name='contact e-mail')),
                ('language', models.CharField(max_length=8, verbose_name='language of the contact')),
                ('assist_language', models.CharField(max_length=8, verbose_name='language of the assist')),
                ('zone', models.CharField(max_length=64, verbose_name='time zone')),
                ('starts_at', models.DateTimeField(verbose_name='start')),
                ('ends_at', models.DateTimeField(verbose_name='end')),
                ('state', models.CharField(choices=[('OPEN', 'Open'), ('STAFFED', 'Staffed'), ('RUNNING', 'Running'), ('WRAPPING_UP', 'Wrapping up'), ('CLOSED', 'Closed'), ('CANCELLED', 'Cancelled')], default='OPEN', max_length=12, verbose_name='state')),
                ('answers', models.JSONField(default=dict, help_text='What the order answered: conditions and services that are on.', verbose_name='answers')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.package', verbose_name='package')),
            ],
            options={
                'verbose_name': 'engagement',
                'verbose_name_plural': 'engagements',
            },
        ),
        migrations.CreateModel(
            name='AssignmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('role', models.CharField(choices=[('ADMINISTRATOR', 'Administrator'), ('COORDINATOR', 'Scheduling coordinator'), ('PM', 'Project manager'), ('ANALYST', 'Analyst'), ('PRODUCER', 'Producer')], max_length=14, verbose_name='role')),
                ('assigned_at', models.DateTimeField(verbose_name='from')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('reason', models.CharField(choices=[('BOOKED', 'Free for all of it, and booked'), ('LEAST_LOADED', 'Has the fewest engagements'), ('CUSTOMERS_OWN', 'Looks after this customer'), ('MOVED', 'Free at the new time'), ('COVER', 'Stands in'), ('CHOSEN', 'Chosen by hand')], max_length=13, verbose_name='why this person')),
                ('ended_because', models.CharField(blank=True, choices=[('MOVED', 'Not free at the new time'), ('UNAVAILABLE', 'No longer available'), ('REPLACED', 'Replaced by hand'), ('CANCELLED', 'Cancelled'), ('CLOSED', 'All done')], max_length=12, verbose_name='why no longer')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.organisation', verbose_name='organisation')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='engagements.assignment')),
                ('staff', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='scheduling.staffmember', verbose_name='staff member')),
                ('engagement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='engagements.engagement', verbose_name='engagement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='assignment',
            name='engagement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='engagements.engagement', verbose_name='engagement'),
        ),
        migrations.CreateModel(
            name='EngagementEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(max_length=16, verbose_name='number')),
                ('reference', models.CharField(max_length=40, verbose_name='reference of the bookings')),
                ('language', models.CharField(max_length=8, verbose_name='language of the contact')),
                ('assist_language', models.CharField(max_length=8, verbose_name='language of the assist')),
                ('zone', models.CharField(max_length=64, verbose_name='time zone')),
                ('starts_at', models.DateTimeField(verbose_name='start')),
                ('ends_at', models.DateTimeField(verbose_name='end')),
                ('state', models.CharField(choices=[('OPEN', 'Open'), ('STAFFED', 'Staffed'), ('RUNNING', 'Running'), ('WRAPPING_UP', 'Wrapping up'), ('CLOSED', 'Closed'), ('CANCELLED', 'Cancelled')], default='OPEN', max_length=12, verbose_name='state')),
                ('answers', models.JSONField(default=dict, help_text='What the order answered: conditions and services that are on.', verbose_name='answers')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.organisation', verbose_name='organisation')),
                ('package', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.package', verbose_name='package')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='engagements.engagement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EventDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='day')),
                ('starts_at', models.DateTimeField(verbose_name='start')),
                ('ends_at', models.DateTimeField(verbose_name='end')),
                ('window_starts_at', models.DateTimeField(verbose_name='staffed from')),
                ('window_ends_at', models.DateTimeField(verbose_name='staffed until')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='engagements.engagement', verbose_name='engagement')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'event day',
                'verbose_name_plural': 'event days',
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=24, unique=True, verbose_name='key')),
                ('side', models.CharField(choices=[('PROVIDER', 'Provider'), ('CUSTOMER', 'Customer')], max_length=8, verbose_name='side')),
                ('role', models.CharField(blank=True, choices=[('ADMINISTRATOR', 'Administrator'), ('COORDINATOR', 'Scheduling coordinator'), ('PM', 'Project manager'), ('ANALYST', 'Analyst'), ('PRODUCER', 'Producer')], max_length=14, verbose_name='role')),
                ('phase', models.CharField(choices=[('PLANNING', 'Planning'), ('REHEARSAL', 'Rehearsal'), ('EVENT_DAY', 'Event day'), ('AFTER', 'After the event')], max_length=10, verbose_name='phase')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                ('wanted_at', models.DateTimeField(blank=True, null=True, verbose_name='wanted')),
                ('short_notice', models.BooleanField(default=False, verbose_name='short notice')),
                ('next_alert_at', models.DateTimeField(blank=True, null=True, verbose_name='next warning')),
                ('state', models.CharField(choices=[('OPEN', 'Open'), ('DONE', 'Done'), ('WAIVED', 'Not applicable'), ('CANCELLED', 'Cancelled')], default='OPEN', max_length=9, verbose_name='state')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done at')),
                ('waived_because', models.CharField(blank=True, max_length=300, verbose_name='not applicable because')),
                ('evidence', models.TextField(blank=True, verbose_name='evidence')),
                ('day', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='engagements.eventday', verbose_name='event day')),
                ('done_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='engagements.engagement', verbose_name='engagement')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.tasktemplate', verbose_name='duty')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
            },
        ),
        migrations.CreateModel(
            name='TaskEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.CharField(max_length=24, verbose_name='key')),
                ('side', models.CharField(choices=[('PROVIDER', 'Provider'), ('CUSTOMER', 'Customer')], max_length=8, verbose_name='side')),
                ('role', models.CharField(blank=True, choices=[('ADMINISTRATOR', 'Administrator'), ('COORDINATOR', 'Scheduling coordinator'), ('PM', 'Project manager'), ('ANALYST', 'Analyst'), ('PRODUCER', 'Producer')], max_length=14, verbose_name='role')),
                ('phase', models.CharField(choices=[('PLANNING', 'Planning'), ('REHEARSAL', 'Rehearsal'), ('EVENT_DAY', 'Event day'), ('AFTER', 'After the event')], max_length=10, verbose_name='phase')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                ('wanted_at', models.DateTimeField(blank=True, null=True, verbose_name='wanted')),
                ('short_notice', models.BooleanField(default=False, verbose_name='short notice')),
                ('next_alert_at', models.DateTimeField(blank=True, null=True, verbose_name='next warning')),
                ('state', models.CharField(choices=[('OPEN', 'Open'), ('DONE', 'Done'), ('WAIVED', 'Not applicable'), ('CANCELLED', 'Cancelled')], default='OPEN', max_length=9, verbose_name='state')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done at')),
                ('day', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='engagements.eventday', verbose_name='event day')),
                ('done_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                ('engagement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='engagements.engagement', verbose_name='engagement')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.organisation', verbose_name='organisation')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='engagements.task')),
                ('template', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.tasktemplate', verbose_name='duty')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='engagement',
            index=models.Index(fields=['organisation', '-starts_at'], name='engagement_of_organisation'),
        ),
        migrations.AddIndex(
            model_name='engagement',
            index=models.Index(condition=models.Q(('state__in', ['CLOSED', 'CANCELLED']), _negated=True), fields=['starts_at'], name='engagement_ahead'),
        ),
        migrations.AddConstraint(
            model_name='engagement',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='engagement_organisation_and_id'),
        ),
        migrations.AddConstraint(
            model_name='engagement',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='engagement_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='engagement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state__in', ['CLOSED', 'CANCELLED'])), models.Q(models.Q(('state__in', ['CLOSED', 'CANCELLED']), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='engagement_closed_exactly_when_over'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='engagement',
            trigger=pgtrigger.compiler.Trigger(name='engagement_goes_its_way', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{OPEN:STAFFED,OPEN:RUNNING,OPEN:CANCELLED,STAFFED:OPEN,STAFFED:RUNNING,STAFFED:CANCELLED,RUNNING:OPEN,RUNNING:STAFFED,RUNNING:WRAPPING_UP,RUNNING:CANCELLED,WRAPPING_UP:CLOSED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='f8742763238cd182936a9962f6153b81b4a07e4c', operation='UPDATE', pgid='pgtrigger_engagement_goes_its_way_1259d', table='engagements_engagement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='engagement',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "engagements_engagementevent" ("answers", "assist_language", "closed_at", "ends_at", "id", "language", "number", "opened_at", "organisation_id", "package_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "starts_at", "state", "zone") VALUES (NEW."answers", NEW."assist_language", NEW."closed_at", NEW."ends_at", NEW."id", NEW."language", NEW."number", NEW."opened_at", NEW."organisation_id", NEW."package_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reference", NEW."starts_at", NEW."state", NEW."zone"); RETURN NULL;', hash='700089fdac38cd10828d1293b31a5493b7203d93', operation='INSERT', pgid='pgtrigger_insert_insert_3af5c', table='engagements_engagement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='engagement',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answers" IS DISTINCT FROM (NEW."answers") OR OLD."assist_language" IS DISTINCT FROM (NEW."assist_language") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."package_id" IS DISTINCT FROM (NEW."package_id") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))', func='INSERT INTO "engagements_engagementevent" ("answers", "assist_language", "closed_at", "ends_at", "id", "language", "number", "opened_at", "organisation_id", "package_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "starts_at", "state", "zone") VALUES (NEW."answers", NEW."assist_language", NEW."closed_at", NEW."ends_at", NEW."id", NEW."language", NEW."number", NEW."opened_at", NEW."organisation_id", NEW."package_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reference", NEW."starts_at", NEW."state", NEW."zone"); RETURN NULL;', hash='e5bc9949a3f9ff163241096ce31798ed27a5984d', operation='UPDATE', pgid='pgtrigger_update_update_51ae7', table='engagements_engagement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='engagement',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "engagements_engagementevent" ("answers", "assist_language", "closed_at", "ends_at", "id", "language", "number", "opened_at", "organisation_id", "package_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "starts_at", "state", "zone") VALUES (OLD."answers", OLD."assist_language", OLD."closed_at", OLD."ends_at", OLD."id", OLD."language", OLD."number", OLD."opened_at", OLD."organisation_id", OLD."package_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reference", OLD."starts_at", OLD."state", OLD."zone"); RETURN NULL;', hash='b509b428b04f872441119a7f4c2b96e9c6bb6ba4', operation='DELETE', pgid='pgtrigger_delete_delete_c903d', table='engagements_engagement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2ce30ded67321d1b1bf483721b2f33dc7f3a1b28', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_18790', table='engagements_assignmentevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['staff', 'engagement'], name='assignment_of_staff'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['organisation', 'role', '-id'], name='assignment_latest_of_role'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['role', 'staff'], name='assignment_current'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('engagement', 'role', 'staff'), name='one_current_assignment_per_role_and_person'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('role__in', ['PM', 'ANALYST'])), fields=('engagement', 'role'), name='one_pm_and_one_analyst_at_most'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('assigned_at')), _connector='OR'), name='assignment_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_because', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_because', ''), _negated=True)), _connector='OR'), name='assignment_ends_for_a_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "engagements_assignmentevent" ("assigned_at", "ended_at", "ended_because", "engagement_id", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "staff_id") SELECT new_values."assigned_at", new_values."ended_at", new_values."ended_because", new_values."engagement_id", new_values."id", new_values."organisation_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."role", new_values."staff_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9fa4c0bdd69796a0bdfa4ff5341b3f0b4b2c6d43', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_621d3', referencing='REFERENCING NEW TABLE AS new_values ', table='engagements_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "engagements_assignmentevent" ("assigned_at", "ended_at", "ended_because", "engagement_id", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "staff_id") SELECT new_values."assigned_at", new_values."ended_at", new_values."ended_because", new_values."engagement_id", new_values."id", new_values."organisation_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."role", new_values."staff_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4e63b739f3560af5b225d8694881b30400f17e3e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_47301', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='engagements_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "engagements_assignmentevent" ("assigned_at", "ended_at", "ended_because", "engagement_id", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "staff_id") VALUES (OLD."assigned_at", OLD."ended_at", OLD."ended_because", OLD."engagement_id", OLD."id", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."role", OLD."staff_id"); RETURN NULL;', hash='84d6c367d9848fd9f92ebb06a305c3141d686f5e', operation='DELETE', pgid='pgtrigger_delete_delete_b5de9', table='engagements_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='engagementevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d851267043c9110a7ec1a34be66d2088fbe7b6cd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5ed46', table='engagements_engagementevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='eventday',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='eventday_organisation_and_id'),
        ),
        migrations.AddConstraint(
            model_name='eventday',
            constraint=models.UniqueConstraint(fields=('engagement', 'position'), name='one_event_day_per_position'),
        ),
        migrations.AddConstraint(
            model_name='eventday',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='event_day_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='eventday',
            constraint=models.CheckConstraint(condition=models.Q(('window_ends_at__gt', models.F('window_starts_at'))), name='window_ends_after_it_begins'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('next_alert_at__isnull', False), ('state', 'OPEN')), fields=['next_alert_at'], name='task_alert_due'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('engagement', 'template', 'day'), name='one_task_per_duty_and_day', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state', 'DONE')), models.Q(models.Q(('state', 'DONE'), _negated=True), ('done_at__isnull', True), ('done_by__isnull', True)), _connector='OR'), name='task_done_exactly_when_done_at'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'WAIVED'), models.Q(('waived_because', ''), _negated=True)), models.Q(models.Q(('state', 'WAIVED'), _negated=True), ('waived_because', '')), _connector='OR'), name='task_waived_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'OPEN'), ('next_alert_at__isnull', True), _connector='OR'), name='task_warns_only_while_open'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='task_goes_its_way', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{OPEN:DONE,OPEN:WAIVED,OPEN:CANCELLED,DONE:OPEN,WAIVED:OPEN}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='459787c59afc5e5e7cfae7373a0d536dad34eff6', operation='UPDATE', pgid='pgtrigger_task_goes_its_way_48f87', table='engagements_task', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "engagements_taskevent" ("day_id", "done_at", "done_by_id", "due_at", "engagement_id", "id", "key", "next_alert_at", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "position", "role", "short_notice", "side", "state", "template_id", "wanted_at") SELECT new_values."day_id", new_values."done_at", new_values."done_by_id", new_values."due_at", new_values."engagement_id", new_values."id", new_values."key", new_values."next_alert_at", new_values."organisation_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phase", new_values."position", new_values."role", new_values."short_notice", new_values."side", new_values."state", new_values."template_id", new_values."wanted_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='3273b44e962b17431d53548a91a6580f8a54c4ba', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_6eeb4', referencing='REFERENCING NEW TABLE AS new_values ', table='engagements_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "engagements_taskevent" ("day_id", "done_at", "done_by_id", "due_at", "engagement_id", "id", "key", "next_alert_at", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "position", "role", "short_notice", "side", "state", "template_id", "wanted_at") SELECT new_values."day_id", new_values."done_at", new_values."done_by_id", new_values."due_at", new_values."engagement_id", new_values."id", new_values."key", new_values."next_alert_at", new_values."organisation_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phase", new_values."position", new_values."role", new_values."short_notice", new_values."side", new_values."state", new_values."template_id", new_values."wanted_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."day_id" IS DISTINCT FROM (new_values."day_id") OR old_values."done_at" IS DISTINCT FROM (new_values."done_at") OR old_values."done_by_id" IS DISTINCT FROM (new_values."done_by_id") OR old_values."due_at" IS DISTINCT FROM (new_values."due_at") OR old_values."engagement_id" IS DISTINCT FROM (new_values."engagement_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."key" IS DISTINCT FROM (new_values."key") OR old_values."next_alert_at" IS DISTINCT FROM (new_values."next_alert_at") OR old_values."organisation_id" IS DISTINCT FROM (new_values."organisation_id") OR old_values."phase" IS DISTINCT FROM (new_values."phase") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."role" IS DISTINCT FROM (new_values."role") OR old_values."short_notice" IS DISTINCT FROM (new_values."short_notice") OR old_values."side" IS DISTINCT FROM (new_values."side") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."template_id" IS DISTINCT FROM (new_values."template_id") OR old_values."wanted_at" IS DISTINCT FROM (new_values."wanted_at")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c5850d95d80b68fd71d3573818b92048e5be4677', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d4a82', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='engagements_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "engagements_taskevent" ("day_id", "done_at", "done_by_id", "due_at", "engagement_id", "id", "key", "next_alert_at", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "position", "role", "short_notice", "side", "state", "template_id", "wanted_at") VALUES (OLD."day_id", OLD."done_at", OLD."done_by_id", OLD."due_at", OLD."engagement_id", OLD."id", OLD."key", OLD."next_alert_at", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phase", OLD."position", OLD."role", OLD."short_notice", OLD."side", OLD."state", OLD."template_id", OLD."wanted_at"); RETURN NULL;', hash='0bc30e5a181a2395f5326ecd65b0c468a8543fd5', operation='DELETE', pgid='pgtrigger_delete_delete_58fb3', table='engagements_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='taskevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='604266b9c444c86ff7ad1a0cc31b85ad2dcfcd77', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e0b03', table='engagements_taskevent', when='BEFORE')),
        ),
        TenantTable("Engagement"),
        TenantTable("EventDay"),
        TenantTable("Assignment"),
        TenantTable("Task"),
        TenantTable("EngagementEvent"),
        TenantTable("AssignmentEvent"),
        TenantTable("TaskEvent"),
        SameOrganisation("EventDay", "engagement"),
        SameOrganisation("Assignment", "engagement"),
        SameOrganisation("Task", "engagement"),
        SameOrganisation("Task", "day"),
    ]
