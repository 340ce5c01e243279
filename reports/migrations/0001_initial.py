import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import reports.models.exports
from django.conf import settings
from django.db import migrations, models

from customers.operations import InitialMigration, SameOrganisation, TenantTable


class Migration(InitialMigration):

    dependencies = [
        ('catalog', '0001_initial'),
        ('customers', '0001_initial'),
        ('engagements', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ran_at', models.DateTimeField(verbose_name='ran at')),
                ('counts', models.JSONField(verbose_name='what it did')),
            ],
            options={
                'verbose_name': 'retention run',
                'verbose_name_plural': 'retention runs',
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people (privacy)',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('customers.user',),
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('registered', models.PositiveIntegerField(verbose_name='enrolled')),
                ('attended', models.PositiveIntegerField(verbose_name='attended')),
                ('imported_at', models.DateTimeField(verbose_name='imported at')),
                ('imported_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='imported by')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='attendance', to='engagements.session', verbose_name='session')),
            ],
            options={
                'verbose_name': 'attendance',
                'verbose_name_plural': 'attendance',
            },
        ),
        migrations.CreateModel(
            name='EventReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.JSONField(verbose_name='content')),
                ('head', models.CharField(max_length=64, verbose_name='head of the chain')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('engagement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='event_report', to='engagements.engagement', verbose_name='engagement')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'post-event report',
                'verbose_name_plural': 'post-event reports',
            },
        ),
        migrations.CreateModel(
            name='ExportJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=reports.models.exports.file_key, editable=False, max_length=32, unique=True, verbose_name='key')),
                ('table', models.CharField(max_length=40, verbose_name='list')),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'Excel'), ('json', 'JSON')], max_length=4, verbose_name='format')),
                ('language', models.CharField(max_length=8, verbose_name='language')),
                ('filters', models.JSONField(default=dict, verbose_name='filters')),
                ('state', models.CharField(choices=[('QUEUED', 'Waiting'), ('RUNNING', 'Being made'), ('DONE', 'Ready'), ('FAILED', 'Failed')], default='QUEUED', max_length=7, verbose_name='state')),
                ('rows_total', models.PositiveIntegerField(verbose_name='rows')),
                ('rows_done', models.PositiveIntegerField(default=0, verbose_name='rows made')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('claimed_until', models.DateTimeField(blank=True, null=True, verbose_name='being made until')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished at')),
                ('expires_at', models.DateTimeField(verbose_name='kept until')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('organisation', models.ForeignKey(blank=True, help_text='Empty: asked by staff.', null=True, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'indexes': [models.Index(condition=models.Q(('state__in', ['QUEUED', 'RUNNING'])), fields=['asked_at'], name='export_to_be_made'), models.Index(fields=['expires_at'], name='export_by_expiry')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='export_organisation_and_id'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ['DONE', 'FAILED'])), models.Q(models.Q(('state__in', ['DONE', 'FAILED']), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='export_finished_exactly_when_over'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('asked_at'))), name='export_expires_after_it_was_asked')],
            },
        ),
        migrations.CreateModel(
            name='ExportPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('content', models.BinaryField(verbose_name='content')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='reports.exportjob', verbose_name='export')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'part of an export',
                'verbose_name_plural': 'parts of an export',
                'constraints': [models.UniqueConstraint(fields=('job', 'position'), name='one_export_part_per_position')],
            },
        ),
        migrations.CreateModel(
            name='PromiseCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='start')),
                ('ours_kept', models.PositiveIntegerField(default=0, verbose_name='ours kept')),
                ('ours_late', models.PositiveIntegerField(default=0, verbose_name='ours late')),
                ('ours_broken', models.PositiveIntegerField(default=0, verbose_name='ours broken')),
                ('ours_ahead', models.PositiveIntegerField(default=0, verbose_name='ours ahead')),
                ('theirs_kept', models.PositiveIntegerField(default=0, verbose_name='theirs kept')),
                ('theirs_late', models.PositiveIntegerField(default=0, verbose_name='theirs late')),
                ('theirs_broken', models.PositiveIntegerField(default=0, verbose_name='theirs broken')),
                ('theirs_ahead', models.PositiveIntegerField(default=0, verbose_name='theirs ahead')),
                ('counted_at', models.DateTimeField(verbose_name='counted at')),
                ('final', models.BooleanField(default=False, verbose_name='final')),
                ('engagement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='promise_count', to='engagements.engagement', verbose_name='engagement')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
                ('package', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.package', verbose_name='package')),
            ],
            options={
                'verbose_name': 'count of promises',
                'verbose_name_plural': 'counts of promises',
                'indexes': [models.Index(fields=['organisation', 'starts_at'], name='promise_count_of_customer'), models.Index(condition=models.Q(('final', False)), fields=['counted_at'], name='promise_count_not_final')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('source', models.CharField(max_length=60, verbose_name='history')),
                ('row', models.BigIntegerField(verbose_name='row of the history')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='engagements.engagement', verbose_name='engagement')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'link of evidence',
                'verbose_name_plural': 'links of evidence',
                'constraints': [models.UniqueConstraint(fields=('engagement', 'position'), name='one_evidence_link_per_position'), models.UniqueConstraint(fields=('source', 'row'), name='history_is_linked_once'), models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='evidence_positions_start_at_one')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencelink',
            trigger=pgtrigger.compiler.Trigger(name='evidence_is_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b1fac32b700d920203b42734a804f9379b720b8b', operation='UPDATE OR DELETE', pgid='pgtrigger_evidence_is_never_rewritten_4457f', table='reports_evidencelink', when='BEFORE')),
        ),
        TenantTable(
            model_name='ExportJob',
        ),
        TenantTable(
            model_name='ExportPart',
        ),
        SameOrganisation(
            model_name='ExportPart',
            field_name='job',
        ),
        TenantTable(
            model_name='PromiseCount',
        ),
        SameOrganisation(
            model_name='PromiseCount',
            field_name='engagement',
        ),
        TenantTable(
            model_name='Attendance',
        ),
        TenantTable(
            model_name='EventReport',
        ),
        TenantTable(
            model_name='EvidenceLink',
        ),
        SameOrganisation(
            model_name='Attendance',
            field_name='session',
        ),
        SameOrganisation(
            model_name='EventReport',
            field_name='engagement',
        ),
        SameOrganisation(
            model_name='EvidenceLink',
            field_name='engagement',
        ),
    ]
