import customers.keys
import customers.validators
import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import outbox.models.events
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from customers.operations import InitialMigration, SameOrganisation, TenantTable


class Migration(InitialMigration):

    dependencies = [
        ('customers', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('until', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'lease',
                'verbose_name_plural': 'leases',
            },
        ),
        migrations.CreateModel(
            name='Redelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task_id', models.CharField(max_length=155, unique=True, verbose_name='task')),
                ('name', models.CharField(max_length=155, verbose_name='name')),
                ('times', models.PositiveSmallIntegerField(default=1, verbose_name='times')),
                ('last_at', models.DateTimeField(verbose_name='last at')),
            ],
            options={
                'verbose_name': 'redelivery',
                'verbose_name_plural': 'redeliveries',
            },
        ),
        migrations.CreateModel(
            name='AccountMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.CharField(max_length=254, verbose_name='to')),
                ('language', models.CharField(max_length=7, verbose_name='language')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('html', models.TextField(blank=True, verbose_name='HTML')),
                ('message_id', models.CharField(help_text='The same in every attempt.', max_length=320, verbose_name='message ID')),
                ('state', models.CharField(choices=[('QUEUED', 'Waiting to be sent'), ('SENT', 'Sent'), ('FAILED', 'Could not be sent'), ('WITHDRAWN', 'Withdrawn')], default='QUEUED', max_length=9, verbose_name='state')),
                ('due_at', models.DateTimeField(verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('claimed_until', models.DateTimeField(blank=True, null=True, verbose_name='being sent until')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='last error')),
                ('created_at', models.DateTimeField(verbose_name='written at')),
                ('unsubscribe_url', models.URLField(blank=True, max_length=300, verbose_name='address that ends such mails')),
            ],
            options={
                'verbose_name': 'account message',
                'verbose_name_plural': 'account messages',
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'QUEUED')), fields=['due_at'], name='accountmessage_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['QUEUED', 'SENT', 'FAILED', 'WITHDRAWN'])), name='accountmessage_state_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'SENT')), models.Q(models.Q(('state', 'SENT'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='accountmessage_has_sent_at_exactly_when_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'FAILED'), _negated=True), models.Q(('last_error', ''), _negated=True), _connector='OR'), name='accountmessage_failed_says_why'), models.CheckConstraint(condition=models.Q(('state', 'QUEUED'), models.Q(('html', ''), ('text', '')), _connector='OR'), name='accountmessage_stays_only_while_queued')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=outbox.models.events.event_key, editable=False, max_length=28, unique=True, verbose_name='key')),
                ('kind', models.CharField(choices=[('order.confirmed', 'Order confirmed'), ('order.waiting', 'Order waiting'), ('order.moved', 'Order moved'), ('order.cancelled', 'Order cancelled'), ('engagement.staffed', 'Engagement staffed'), ('task.completed', 'Task completed'), ('task.at_risk', 'Task at risk'), ('task.broken', 'Task broken'), ('recording.available', 'Recording available'), ('report.ready', 'Report ready')], max_length=24, verbose_name='what happened')),
                ('about', models.CharField(help_text='The number of the order.', max_length=40, verbose_name='about')),
                ('payload', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='content')),
                ('happened_at', models.DateTimeField(verbose_name='happened at')),
                ('sequence', models.PositiveBigIntegerField(blank=True, help_text="In the organisation's own order.", null=True, verbose_name='position')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'indexes': [models.Index(condition=models.Q(('sequence__isnull', True)), fields=['id'], name='event_unnumbered')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='event_organisation_and_id'), models.UniqueConstraint(fields=('organisation', 'sequence'), name='event_one_per_position'), models.CheckConstraint(condition=models.Q(('kind__in', ['order.confirmed', 'order.waiting', 'order.moved', 'order.cancelled', 'engagement.staffed', 'task.completed', 'task.at_risk', 'task.broken', 'recording.available', 'report.ready'])), name='event_kind_is_known'), models.CheckConstraint(condition=models.Q(('sequence__isnull', True), ('sequence__gte', 1), _connector='OR'), name='event_position_starts_at_one')],
            },
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField(verbose_name='seen at')),
            ],
            options={
                'verbose_name': 'heartbeat',
                'verbose_name_plural': 'heartbeats',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='heartbeat_is_one_row')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.CharField(max_length=254, verbose_name='to')),
                ('language', models.CharField(max_length=7, verbose_name='language')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('html', models.TextField(blank=True, verbose_name='HTML')),
                ('message_id', models.CharField(help_text='The same in every attempt.', max_length=320, verbose_name='message ID')),
                ('state', models.CharField(choices=[('QUEUED', 'Waiting to be sent'), ('SENT', 'Sent'), ('FAILED', 'Could not be sent'), ('WITHDRAWN', 'Withdrawn')], default='QUEUED', max_length=9, verbose_name='state')),
                ('due_at', models.DateTimeField(verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('claimed_until', models.DateTimeField(blank=True, null=True, verbose_name='being sent until')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='last error')),
                ('created_at', models.DateTimeField(verbose_name='written at')),
                ('key', models.CharField(help_text='What is said, and to whom: said once.', max_length=400, verbose_name='key')),
                ('about', models.CharField(blank=True, help_text='The number of the order.', max_length=40, verbose_name='about')),
                ('calendar', models.TextField(blank=True, verbose_name='calendar entry')),
                ('calendar_method', models.CharField(blank=True, max_length=10, verbose_name='calendar method')),
                ('secret', models.BooleanField(default=False, help_text='Carries a one-time link.', verbose_name='secret')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn at')),
                ('withdrawn_because', models.CharField(blank=True, max_length=200, verbose_name='withdrawn because')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'QUEUED')), fields=['due_at'], name='message_waiting'), models.Index(fields=['about'], name='message_by_order'), models.Index(fields=['to'], name='message_by_recipient')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['QUEUED', 'SENT', 'FAILED', 'WITHDRAWN'])), name='message_state_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'SENT')), models.Q(models.Q(('state', 'SENT'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='message_has_sent_at_exactly_when_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'FAILED'), _negated=True), models.Q(('last_error', ''), _negated=True), _connector='OR'), name='message_failed_says_why'), models.UniqueConstraint(fields=('organisation', 'key'), name='message_is_said_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'WITHDRAWN'), ('withdrawn_at__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), models.Q(models.Q(('state', 'WITHDRAWN'), _negated=True), ('withdrawn_at__isnull', True), ('withdrawn_because', '')), _connector='OR'), name='message_says_why_exactly_when_withdrawn'), models.CheckConstraint(condition=models.Q(models.Q(('calendar', ''), ('calendar_method', '')), models.Q(models.Q(('calendar', ''), _negated=True), models.Q(('calendar_method', ''), _negated=True)), _connector='OR'), name='message_calendar_has_its_method'), models.CheckConstraint(condition=models.Q(('secret', False), ('state', 'QUEUED'), models.Q(('calendar', ''), ('html', ''), ('text', '')), _connector='OR'), name='message_secret_stays_only_while_queued')],
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=customers.keys.public_key, editable=False, max_length=16, unique=True, verbose_name='key')),
                ('url', models.URLField(max_length=500, verbose_name='address')),
                ('description', models.CharField(blank=True, max_length=120, validators=[customers.validators.validate_one_line], verbose_name='description')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('order.confirmed', 'Order confirmed'), ('order.waiting', 'Order waiting'), ('order.moved', 'Order moved'), ('order.cancelled', 'Order cancelled'), ('engagement.staffed', 'Engagement staffed'), ('task.completed', 'Task completed'), ('task.at_risk', 'Task at risk'), ('task.broken', 'Task broken'), ('recording.available', 'Recording available'), ('report.ready', 'Report ready')], max_length=24), blank=True, default=list, help_text='None: every kind.', size=None, verbose_name='events')),
                ('sealed_secret', models.TextField(verbose_name='secret')),
                ('sealed_former_secret', models.TextField(blank=True, verbose_name='former secret')),
                ('former_secret_until', models.DateTimeField(blank=True, null=True, verbose_name='former secret until')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('failing_since', models.DateTimeField(blank=True, null=True, verbose_name='failing since')),
                ('disabled_at', models.DateTimeField(blank=True, null=True, verbose_name='switched off at')),
                ('disabled_because', models.CharField(blank=True, choices=[('PAUSED', 'Paused by you'), ('GONE', 'The receiver said that it is gone'), ('FAILING', 'It took nothing for three days')], max_length=8, verbose_name='switched off because')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'webhook endpoint',
                'verbose_name_plural': 'webhook endpoints',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='webhook_endpoint_organisation_and_id'), models.CheckConstraint(condition=models.Q(('kinds__contained_by', ['order.confirmed', 'order.waiting', 'order.moved', 'order.cancelled', 'engagement.staffed', 'task.completed', 'task.at_risk', 'task.broken', 'recording.available', 'report.ready'])), name='webhook_endpoint_kinds_are_known'), models.CheckConstraint(condition=models.Q(models.Q(('disabled_at__isnull', True), ('disabled_because', '')), models.Q(('disabled_at__isnull', False), models.Q(('disabled_because', ''), _negated=True)), _connector='OR'), name='webhook_endpoint_off_exactly_with_its_reason'), models.CheckConstraint(condition=models.Q(models.Q(('former_secret_until__isnull', True), ('sealed_former_secret', '')), models.Q(models.Q(('sealed_former_secret', ''), _negated=True), ('former_secret_until__isnull', False)), _connector='OR'), name='webhook_endpoint_former_secret_ends')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=customers.keys.public_key, editable=False, max_length=16, unique=True, verbose_name='key')),
                ('state', models.CharField(choices=[('QUEUED', 'Waiting to be sent'), ('SENT', 'Sent'), ('FAILED', 'Could not be sent'), ('WITHDRAWN', 'Withdrawn')], default='QUEUED', max_length=9, verbose_name='state')),
                ('due_at', models.DateTimeField(verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('claimed_until', models.DateTimeField(blank=True, null=True, verbose_name='being sent until')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='taken at')),
                ('last_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='last status')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='last error')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='outbox.event', verbose_name='event')),
                ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='outbox.webhookendpoint', verbose_name='endpoint')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'indexes': [models.Index(condition=models.Q(('state', 'QUEUED')), fields=['endpoint', 'due_at'], name='delivery_waiting'), models.Index(fields=['endpoint', '-id'], name='delivery_newest_of_endpoint')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='delivery_organisation_and_id'), models.UniqueConstraint(fields=('endpoint', 'event'), name='delivery_once_per_endpoint_and_event'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'SENT')), models.Q(models.Q(('state', 'SENT'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='delivery_has_sent_at_exactly_when_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'FAILED'), _negated=True), models.Q(('last_error', ''), _negated=True), _connector='OR'), name='delivery_failed_says_why')],
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpointEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('key', models.CharField(default=customers.keys.public_key, editable=False, max_length=16, verbose_name='key')),
                ('url', models.URLField(max_length=500, verbose_name='address')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('order.confirmed', 'Order confirmed'), ('order.waiting', 'Order waiting'), ('order.moved', 'Order moved'), ('order.cancelled', 'Order cancelled'), ('engagement.staffed', 'Engagement staffed'), ('task.completed', 'Task completed'), ('task.at_risk', 'Task at risk'), ('task.broken', 'Task broken'), ('recording.available', 'Recording available'), ('report.ready', 'Report ready')], max_length=24), blank=True, default=list, help_text='None: every kind.', size=None, verbose_name='events')),
                ('disabled_at', models.DateTimeField(blank=True, null=True, verbose_name='switched off at')),
                ('disabled_because', models.CharField(blank=True, choices=[('PAUSED', 'Paused by you'), ('GONE', 'The receiver said that it is gone'), ('FAILING', 'It took nothing for three days')], max_length=8, verbose_name='switched off because')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.organisation', verbose_name='organisation')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='organisation_key_url_kinds_disabled_at_disabled_because_events', to='outbox.webhookendpoint')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='event_is_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."about" IS DISTINCT FROM (NEW."about") OR OLD."payload" IS DISTINCT FROM (NEW."payload") OR OLD."happened_at" IS DISTINCT FROM (NEW."happened_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='93b1c8377108a43a258f012f5df05b5c66c57d85', operation='UPDATE', pgid='pgtrigger_event_is_never_rewritten_cb8d1', table='outbox_event', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='event_keeps_its_position', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.sequence IS NOT NULL AND NEW.sequence IS DISTINCT FROM OLD.sequence)', func="RAISE EXCEPTION 'an event keeps its position' USING ERRCODE = 'check_violation';", hash='4e6f49a7c14a2746ceb2cdc7b01b7bfe6b978a96', operation='UPDATE', pgid='pgtrigger_event_keeps_its_position_6cf45', table='outbox_event', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='message_state_moves_on', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))', declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{QUEUED:SENT,QUEUED:FAILED,QUEUED:WITHDRAWN,WITHDRAWN:SENT,FAILED:QUEUED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='823a2705b5b5b4d7889b5f853ee83b04b32eae36', operation='UPDATE', pgid='pgtrigger_message_state_moves_on_3cc26', table='outbox_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "outbox_webhookendpointevent" ("disabled_at", "disabled_because", "key", "kinds", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."disabled_at", NEW."disabled_because", NEW."key", NEW."kinds", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."url"); RETURN NULL;', hash='b510de2f7295d1e4be82a5b9104b37dda089740a', operation='INSERT', pgid='pgtrigger_insert_insert_1a369', table='outbox_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."disabled_at" IS DISTINCT FROM (NEW."disabled_at") OR OLD."disabled_because" IS DISTINCT FROM (NEW."disabled_because") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."kinds" IS DISTINCT FROM (NEW."kinds") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."url" IS DISTINCT FROM (NEW."url"))', func='INSERT INTO "outbox_webhookendpointevent" ("disabled_at", "disabled_because", "key", "kinds", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."disabled_at", NEW."disabled_because", NEW."key", NEW."kinds", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."url"); RETURN NULL;', hash='c3e8349b1469cbca9080eb58fc63990dea8fe105', operation='UPDATE', pgid='pgtrigger_update_update_ee58c', table='outbox_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "outbox_webhookendpointevent" ("disabled_at", "disabled_because", "key", "kinds", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (OLD."disabled_at", OLD."disabled_because", OLD."key", OLD."kinds", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."url"); RETURN NULL;', hash='c431f74a79cf671ae08b3d4520eed3361ed00fd2', operation='DELETE', pgid='pgtrigger_delete_delete_f9092', table='outbox_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='delivery_state_moves_on', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))', declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{QUEUED:SENT,QUEUED:FAILED,SENT:QUEUED,FAILED:QUEUED}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='165bb5e0e0de46811e3bc942b59397ebccffdba8', operation='UPDATE', pgid='pgtrigger_delivery_state_moves_on_8a5ab', table='outbox_delivery', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpointevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='74592253787040903205b54d35e461757ebfd795', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_81bc8', table='outbox_webhookendpointevent', when='BEFORE')),
        ),
        TenantTable(
            model_name='Message',
        ),
        TenantTable(
            model_name='Event',
        ),
        TenantTable(
            model_name='WebhookEndpoint',
        ),
        TenantTable(
            model_name='WebhookEndpointEvent',
        ),
        TenantTable(
            model_name='Delivery',
        ),
        SameOrganisation(
            model_name='Delivery',
            field_name='endpoint',
        ),
        SameOrganisation(
            model_name='Delivery',
            field_name='event',
        ),
    ]
