import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from customers.operations import InitialMigration, SameOrganisation, TenantTable


class Migration(InitialMigration):

    dependencies = [
        ('customers', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('SERVICE_APP', 'Service app, for the whole site'), ('INTEGRATION', "Integration, with one person's rights")], default='SERVICE_APP', max_length=11, verbose_name='kind')),
                ('may_write', models.BooleanField(default=False, verbose_name='may change meetings')),
                ('state', models.CharField(choices=[('CONNECTED', 'Connected'), ('DEAUTHORISED', 'Permission withdrawn')], default='CONNECTED', max_length=12, verbose_name='state')),
                ('client_id', models.CharField(max_length=200, verbose_name='client ID')),
                ('client_secret_sealed', models.TextField(blank=True, editable=False)),
                ('access_token_sealed', models.TextField(blank=True, editable=False)),
                ('refresh_token_sealed', models.TextField(blank=True, editable=False)),
                ('access_expires_at', models.DateTimeField(blank=True, null=True, verbose_name='access until')),
                ('refresh_expires_at', models.DateTimeField(blank=True, null=True, verbose_name='renewable until')),
                ('hook_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('hook_token_sealed', models.TextField(editable=False)),
                ('hook_secret_sealed', models.TextField(editable=False)),
                ('connected_at', models.DateTimeField(verbose_name='connected')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='last looked at')),
                ('healthy_at', models.DateTimeField(blank=True, null=True, verbose_name='last answer')),
                ('trouble', models.CharField(blank=True, max_length=20, verbose_name='trouble')),
                ('trouble_since', models.DateTimeField(blank=True, null=True, verbose_name='trouble since')),
                ('quiet_until', models.DateTimeField(blank=True, null=True, verbose_name='asked to wait until')),
                ('claimed_until', models.DateTimeField(blank=True, null=True, verbose_name='being looked at until')),
                ('connected_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='connected by')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='connection', to='customers.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'connection',
                'verbose_name_plural': 'connections',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='connection_organisation_and_id'), models.CheckConstraint(condition=models.Q(models.Q(('client_secret_sealed', ''), ('client_secret_sealed__startswith', 'gAAAA'), _connector='OR'), models.Q(('access_token_sealed', ''), ('access_token_sealed__startswith', 'gAAAA'), _connector='OR'), models.Q(('refresh_token_sealed', ''), ('refresh_token_sealed__startswith', 'gAAAA'), _connector='OR'), models.Q(('hook_token_sealed', ''), ('hook_token_sealed__startswith', 'gAAAA'), _connector='OR'), models.Q(('hook_secret_sealed', ''), ('hook_secret_sealed__startswith', 'gAAAA'), _connector='OR')), name='connection_secrets_are_sealed'), models.CheckConstraint(condition=models.Q(models.Q(('access_token_sealed', ''), ('refresh_token_sealed', ''), ('state', 'DEAUTHORISED')), models.Q(('state', 'CONNECTED'), models.Q(('refresh_token_sealed', ''), _negated=True)), _connector='OR'), name='connection_keeps_tokens_exactly_while_connected'), models.CheckConstraint(condition=models.Q(models.Q(('trouble', ''), ('trouble_since__isnull', True)), models.Q(models.Q(('trouble', ''), _negated=True), ('trouble_since__isnull', False)), _connector='OR'), name='connection_trouble_has_its_beginning')],
            },
        ),
        migrations.CreateModel(
            name='ConnectionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('kind', models.CharField(choices=[('SERVICE_APP', 'Service app, for the whole site'), ('INTEGRATION', "Integration, with one person's rights")], default='SERVICE_APP', max_length=11, verbose_name='kind')),
                ('may_write', models.BooleanField(default=False, verbose_name='may change meetings')),
                ('state', models.CharField(choices=[('CONNECTED', 'Connected'), ('DEAUTHORISED', 'Permission withdrawn')], default='CONNECTED', max_length=12, verbose_name='state')),
                ('connected_at', models.DateTimeField(verbose_name='connected')),
                ('connected_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='connected by')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.organisation', verbose_name='organisation')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='organisation_site_kind_may_write_state_connected_by_connected_at_events', to='webex.connection')),
                ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.site', verbose_name='site')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Hint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(help_text='Of the whole notification: a repeat is the same hint.', max_length=64, verbose_name='digest')),
                ('resource', models.CharField(max_length=40, verbose_name='resource')),
                ('event', models.CharField(max_length=40, verbose_name='event')),
                ('subject_id', models.CharField(blank=True, max_length=120, verbose_name='about')),
                ('meeting_id', models.CharField(blank=True, max_length=120, verbose_name='meeting')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('look_at', models.DateTimeField(blank=True, help_text='Empty once it has been read.', null=True, verbose_name='next look')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hints', to='webex.connection', verbose_name='connection')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'hint',
                'verbose_name_plural': 'hints',
                'indexes': [models.Index(condition=models.Q(('look_at__isnull', False)), fields=['look_at'], name='hint_unread')],
                'constraints': [models.UniqueConstraint(fields=('connection', 'digest'), name='one_hint_per_notification')],
            },
        ),
        migrations.CreateModel(
            name='SiteUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('CHANGE', 'Change it'), ('CHECK', 'See that it is changed')], max_length=6, verbose_name='what to do')),
                ('reference', models.CharField(max_length=40, verbose_name='reference')),
                ('position', models.PositiveSmallIntegerField(verbose_name='day')),
                ('meeting_number', models.CharField(max_length=40, verbose_name='meeting number')),
                ('host_email', models.EmailField(max_length=254, verbose_name='host e-mail')),
                ('old_starts_at', models.DateTimeField(verbose_name='old start')),
                ('starts_at', models.DateTimeField(verbose_name='new start')),
                ('ends_at', models.DateTimeField(verbose_name='new end')),
                ('zone', models.CharField(max_length=64, verbose_name='time zone')),
                ('tell_invitees', models.BooleanField(default=False, verbose_name='mail the invitees')),
                ('state', models.CharField(choices=[('WAITING', 'Waiting'), ('DONE', 'Done'), ('FAILED', 'Not possible'), ('WITHDRAWN', 'Withdrawn')], default='WAITING', max_length=9, verbose_name='state')),
                ('why', models.CharField(blank=True, choices=[('NOT_FOUND', 'The meeting was not found on the site.'), ('DIFFERS', 'The site still shows another time.'), ('RUNNING', 'The meeting has begun or is over.'), ('REFUSED', 'The site did not take the change.'), ('NO_CONNECTION', 'The site is not connected any more.')], max_length=13, verbose_name='why not')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('next_try_at', models.DateTimeField(blank=True, null=True, verbose_name='next attempt')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='settled')),
                ('news_at', models.DateTimeField(blank=True, help_text='Empty once the app above has read it.', null=True, verbose_name='news since')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'change on a site',
                'verbose_name_plural': 'changes on sites',
                'indexes': [models.Index(condition=models.Q(('state', 'WAITING')), fields=['next_try_at'], name='site_update_due'), models.Index(condition=models.Q(('news_at__isnull', False)), fields=['news_at'], name='site_update_with_news')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'WAITING')), fields=('organisation', 'reference', 'position'), name='one_waiting_site_update_per_event_day'), models.CheckConstraint(condition=models.Q(models.Q(('next_try_at__isnull', False), ('settled_at__isnull', True), ('state', 'WAITING')), models.Q(models.Q(('state', 'WAITING'), _negated=True), ('next_try_at__isnull', True), ('settled_at__isnull', False)), _connector='OR'), name='site_update_settled_exactly_when_not_waiting'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'FAILED'), models.Q(('why', ''), _negated=True)), models.Q(models.Q(('state', 'FAILED'), _negated=True), ('why', '')), _connector='OR'), name='site_update_failed_says_why'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='site_update_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='WatchedMeeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=40, verbose_name='reference')),
                ('position', models.PositiveSmallIntegerField(verbose_name='day')),
                ('meeting_number', models.CharField(max_length=40, verbose_name='meeting number')),
                ('host_email', models.EmailField(max_length=254, verbose_name='host e-mail')),
                ('starts_at', models.DateTimeField(verbose_name='planned start')),
                ('ends_at', models.DateTimeField(verbose_name='planned end')),
                ('series_id', models.CharField(blank=True, max_length=120, verbose_name='series')),
                ('instance_id', models.CharField(blank=True, max_length=120, verbose_name='what took place')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='actual start')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='actual end')),
                ('taken_ended_at', models.DateTimeField(blank=True, help_text='What the app above entered; a later end replaces only this.', null=True, verbose_name='actual end taken over')),
                ('registered', models.PositiveIntegerField(blank=True, null=True, verbose_name='registered')),
                ('attended', models.PositiveIntegerField(blank=True, null=True, verbose_name='attended')),
                ('attendance_at', models.DateTimeField(blank=True, null=True, verbose_name='attendance fetched')),
                ('next_look_at', models.DateTimeField(blank=True, help_text='Empty once nothing more is expected.', null=True, verbose_name='next look')),
                ('news_at', models.DateTimeField(blank=True, help_text='Empty once the app above has read it.', null=True, verbose_name='news since')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'watched meeting',
                'verbose_name_plural': 'watched meetings',
                'indexes': [models.Index(condition=models.Q(('next_look_at__isnull', False)), fields=['next_look_at'], name='watched_meeting_due'), models.Index(condition=models.Q(('news_at__isnull', False)), fields=['news_at'], name='watched_meeting_with_news'), models.Index(fields=['site', 'series_id'], name='watched_meeting_of_series')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='watched_meeting_organisation_and_id'), models.UniqueConstraint(fields=('organisation', 'reference', 'position'), name='one_watched_meeting_per_event_day'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='watched_meeting_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_at__gte', models.F('started_at')), ('started_at__isnull', False)), _connector='OR'), name='watched_meeting_ended_after_it_started'), models.CheckConstraint(condition=models.Q(models.Q(('attendance_at__isnull', True), ('attended__isnull', True), ('registered__isnull', True)), models.Q(('attendance_at__isnull', False), ('attended__isnull', False), ('registered__isnull', False)), _connector='OR'), name='watched_meeting_has_figures_exactly_once_fetched')],
            },
        ),
        migrations.CreateModel(
            name='FoundRecording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recording_id', models.CharField(max_length=120, verbose_name='recording')),
                ('topic', models.CharField(blank=True, max_length=300, verbose_name='title')),
                ('playback_url', models.URLField(max_length=1000, verbose_name='link')),
                ('format', models.CharField(blank=True, max_length=20, verbose_name='format')),
                ('seconds', models.PositiveIntegerField(default=0, verbose_name='length in seconds')),
                ('recorded_at', models.DateTimeField(blank=True, null=True, verbose_name='recorded')),
                ('found_at', models.DateTimeField(verbose_name='found')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('watched', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recordings', to='webex.watchedmeeting', verbose_name='meeting')),
            ],
            options={
                'verbose_name': 'found recording',
                'verbose_name_plural': 'found recordings',
                'constraints': [models.UniqueConstraint(fields=('watched', 'recording_id'), name='one_row_per_found_recording')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='connection',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "webex_connectionevent" ("connected_at", "connected_by_id", "kind", "may_write", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "state") VALUES (NEW."connected_at", NEW."connected_by_id", NEW."kind", NEW."may_write", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id", NEW."state"); RETURN NULL;', hash='68223353b3743e9a9b1876cb613ba4c8c098748c', operation='INSERT', pgid='pgtrigger_insert_insert_9d04e', table='webex_connection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='connection',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."connected_at" IS DISTINCT FROM (NEW."connected_at") OR OLD."connected_by_id" IS DISTINCT FROM (NEW."connected_by_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."may_write" IS DISTINCT FROM (NEW."may_write") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."site_id" IS DISTINCT FROM (NEW."site_id") OR OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "webex_connectionevent" ("connected_at", "connected_by_id", "kind", "may_write", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "state") VALUES (NEW."connected_at", NEW."connected_by_id", NEW."kind", NEW."may_write", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id", NEW."state"); RETURN NULL;', hash='e973c9e97372a77b0f4e8d13da0972c483bdd77c', operation='UPDATE', pgid='pgtrigger_update_update_ac01e', table='webex_connection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='connection',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "webex_connectionevent" ("connected_at", "connected_by_id", "kind", "may_write", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "state") VALUES (OLD."connected_at", OLD."connected_by_id", OLD."kind", OLD."may_write", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id", OLD."state"); RETURN NULL;', hash='522a004d6d20dce9cde3007e7b02787c82a3a657', operation='DELETE', pgid='pgtrigger_delete_delete_1b557', table='webex_connection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='connectionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8b82c6954baee2bba29df572934b5697dceb040d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fa695', table='webex_connectionevent', when='BEFORE')),
        ),
        TenantTable(
            model_name='Connection',
        ),
        TenantTable(
            model_name='WatchedMeeting',
        ),
        TenantTable(
            model_name='FoundRecording',
        ),
        TenantTable(
            model_name='SiteUpdate',
        ),
        TenantTable(
            model_name='Hint',
        ),
        TenantTable(
            model_name='ConnectionEvent',
        ),
        SameOrganisation(
            model_name='Connection',
            field_name='site',
        ),
        SameOrganisation(
            model_name='WatchedMeeting',
            field_name='site',
        ),
        SameOrganisation(
            model_name='FoundRecording',
            field_name='watched',
        ),
        SameOrganisation(
            model_name='SiteUpdate',
            field_name='site',
        ),
        SameOrganisation(
            model_name='Hint',
            field_name='connection',
        ),
    ]
