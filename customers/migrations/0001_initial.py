import customers.keys
import customers.validators
import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models

from customers.operations import InitialMigration, TenantTable, create_scope_function


class Migration(InitialMigration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        create_scope_function(),
        migrations.CreateModel(
            name='CacheEntry',
            fields=[
                ('cache_key', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('value', models.TextField()),
                ('expires', models.DateTimeField(db_index=True)),
            ],
            options={
                'db_table': 'portal_cache',
            },
        ),
        migrations.CreateModel(
            name='OrganisationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.SlugField(db_index=False, help_text='Short name in addresses, for example northwind.', verbose_name='key')),
                ('name', models.CharField(max_length=120, validators=[customers.validators.validate_one_line], verbose_name='name')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French')], default='en', max_length=2, verbose_name='language')),
                ('zone', models.CharField(default='UTC', max_length=64, validators=[customers.validators.validate_zone], verbose_name='time zone')),
                ('lead_time_policy', models.CharField(choices=[('ADVISE', 'Warn, and confirm anyway'), ('NEEDS_APPROVAL', 'Wait for the coordinator'), ('BLOCK', 'Refuse')], default='NEEDS_APPROVAL', max_length=16, verbose_name='late orders')),
                ('shows_contract_price', models.BooleanField(default=True, verbose_name='show the contract price')),
                ('business_days', models.BooleanField(default=False, help_text="For the speaker links' five days.", verbose_name='count working days')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='created')),
                ('clock_ahead', models.DurationField(default=datetime.timedelta, editable=False, verbose_name='clock ahead by')),
                ('is_sandbox', models.BooleanField(default=False, editable=False, help_text='Programs rehearse here; docs/adr/0013.', verbose_name='sandbox')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RateCount',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField()),
                ('ends_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('host_name', models.CharField(max_length=253, validators=[customers.validators.validate_host_name], verbose_name='site')),
                ('platform', models.CharField(choices=[('MEETINGS', 'Meetings'), ('TRAINING', 'Training'), ('EVENTS', 'Events'), ('WEBINARS', 'Webinars')], default='MEETINGS', max_length=10, verbose_name='platform')),
                ('zone', models.CharField(default='UTC', max_length=64, validators=[customers.validators.validate_zone], verbose_name='time zone')),
                ('schedule_updates', models.CharField(choices=[('MANUAL', 'The customer, on the site'), ('AUTO_AFTER_CONFIRM', 'Automatic, after confirmation')], default='MANUAL', max_length=18, verbose_name='schedule updates')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'site',
                'verbose_name_plural': 'sites',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='site_organisation_and_id'), models.UniqueConstraint(fields=('organisation', 'host_name'), name='site_host_name_once_per_organisation', violation_error_message='This site is listed already.'), models.CheckConstraint(condition=models.Q(('host_name', django.db.models.functions.text.Lower('host_name')), models.Q(('host_name', ''), _negated=True)), name='site_host_name_is_lower_case'), models.CheckConstraint(condition=models.Q(('platform__in', ['MEETINGS', 'TRAINING', 'EVENTS', 'WEBINARS'])), name='site_platform_is_known'), models.CheckConstraint(condition=models.Q(('schedule_updates__in', ['MANUAL', 'AUTO_AFTER_CONFIRM'])), name='site_schedule_updates_is_known')],
            },
        ),
        migrations.CreateModel(
            name='SiteEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('host_name', models.CharField(max_length=253, validators=[customers.validators.validate_host_name], verbose_name='site')),
                ('platform', models.CharField(choices=[('MEETINGS', 'Meetings'), ('TRAINING', 'Training'), ('EVENTS', 'Events'), ('WEBINARS', 'Webinars')], default='MEETINGS', max_length=10, verbose_name='platform')),
                ('zone', models.CharField(default='UTC', max_length=64, validators=[customers.validators.validate_zone], verbose_name='time zone')),
                ('schedule_updates', models.CharField(choices=[('MANUAL', 'The customer, on the site'), ('AUTO_AFTER_CONFIRM', 'Automatic, after confirmation')], default='MANUAL', max_length=18, verbose_name='schedule updates')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.organisation', verbose_name='organisation')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.site')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UserEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('is_active', models.BooleanField(default=True, help_text='Switch off to lock this person out.', verbose_name='active')),
                ('is_staff', models.BooleanField(default=False, help_text='Works for the provider, sees every customer.', verbose_name='staff')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='is_active_is_staff_is_superuser_events', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('first_name', models.CharField(blank=True, max_length=80, validators=[customers.validators.validate_one_line], verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=80, validators=[customers.validators.validate_one_line], verbose_name='last name')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None, verbose_name='phone number')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French')], default='en', max_length=2, verbose_name='language')),
                ('zone', models.CharField(default='UTC', max_length=64, validators=[customers.validators.validate_zone], verbose_name='time zone')),
                ('is_active', models.BooleanField(default=True, help_text='Switch off to lock this person out.', verbose_name='active')),
                ('is_staff', models.BooleanField(default=False, help_text='Works for the provider, sees every customer.', verbose_name='staff')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='created')),
                ('report_mails', models.CharField(choices=[('OFF', 'Never'), ('WEEKLY', 'Every Monday'), ('MONTHLY', 'On the first of the month')], default='OFF', max_length=8, verbose_name='figures by mail')),
                ('reports_mailed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='figures mailed on')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_email_is_lower_case'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='user_language_is_known'), models.CheckConstraint(condition=models.Q(('is_superuser', False), ('is_staff', True), _connector='OR'), name='user_administrator_is_staff'), models.CheckConstraint(condition=models.Q(('report_mails__in', ['OFF', 'WEEKLY', 'MONTHLY'])), name='user_report_mails_are_known')],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, validators=[customers.validators.validate_one_line], verbose_name='name')),
                ('prefix', models.CharField(editable=False, max_length=16, unique=True, verbose_name='prefix')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('orders:read', 'Read orders'), ('orders:write', 'Place, move and cancel orders'), ('engagements:read', 'Read engagements'), ('engagements:write', 'Complete tasks'), ('reports:read', 'Read reports'), ('webhooks:write', 'Manage webhook endpoints')], max_length=20), size=None, verbose_name='may')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('expires_at', models.DateTimeField(verbose_name='valid until')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='api_keys', to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'API key',
                'verbose_name_plural': 'API keys',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='api_key_organisation_and_id'), models.CheckConstraint(condition=models.Q(('scopes__contained_by', ['orders:read', 'orders:write', 'engagements:read', 'engagements:write', 'reports:read', 'webhooks:write']), ('scopes__len__gt', 0)), name='api_key_scopes_are_known'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='api_key_expires_after_it_is_made')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=customers.keys.public_key, editable=False, max_length=16, unique=True)),
                ('role', models.CharField(choices=[('ADMINISTRATOR', 'Administrator'), ('ORDERER', 'Orderer'), ('VIEWER', 'Viewer')], max_length=13, verbose_name='role')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='since')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'member',
                'verbose_name_plural': 'members',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='membership_organisation_and_id'), models.UniqueConstraint(fields=('organisation', 'user'), name='membership_once_per_person_and_organisation'), models.CheckConstraint(condition=models.Q(('role__in', ['ADMINISTRATOR', 'ORDERER', 'VIEWER'])), name='membership_role_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(help_text='Short name in addresses, for example northwind.', unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=120, validators=[customers.validators.validate_one_line], verbose_name='name')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French')], default='en', max_length=2, verbose_name='language')),
                ('zone', models.CharField(default='UTC', max_length=64, validators=[customers.validators.validate_zone], verbose_name='time zone')),
                ('lead_time_policy', models.CharField(choices=[('ADVISE', 'Warn, and confirm anyway'), ('NEEDS_APPROVAL', 'Wait for the coordinator'), ('BLOCK', 'Refuse')], default='NEEDS_APPROVAL', max_length=16, verbose_name='late orders')),
                ('shows_contract_price', models.BooleanField(default=True, verbose_name='show the contract price')),
                ('business_days', models.BooleanField(default=False, help_text="For the speaker links' five days.", verbose_name='count working days')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='created')),
                ('clock_ahead', models.DurationField(default=datetime.timedelta, editable=False, verbose_name='clock ahead by')),
                ('is_sandbox', models.BooleanField(default=False, editable=False, help_text='Programs rehearse here; docs/adr/0013.', verbose_name='sandbox')),
            ],
            options={
                'verbose_name': 'organisation',
                'verbose_name_plural': 'organisations',
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='organisation_has_a_name'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='organisation_language_is_known'), models.CheckConstraint(condition=models.Q(('lead_time_policy__in', ['ADVISE', 'NEEDS_APPROVAL', 'BLOCK'])), name='organisation_lead_time_policy_is_known'), models.CheckConstraint(condition=models.Q(('is_sandbox', True), ('clock_ahead', datetime.timedelta(0)), _connector='OR'), name='only_a_sandbox_has_its_own_clock'), models.CheckConstraint(condition=models.Q(('clock_ahead__gte', datetime.timedelta(0))), name='sandbox_clock_runs_ahead')],
            },
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.CharField(default=customers.keys.public_key, editable=False, max_length=16)),
                ('role', models.CharField(choices=[('ADMINISTRATOR', 'Administrator'), ('ORDERER', 'Orderer'), ('VIEWER', 'Viewer')], max_length=13, verbose_name='role')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='since')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.membership')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=customers.keys.public_key, editable=False, max_length=16, unique=True)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('role', models.CharField(choices=[('ADMINISTRATOR', 'Administrator'), ('ORDERER', 'Orderer'), ('VIEWER', 'Viewer')], default='ORDERER', max_length=13, verbose_name='role')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(verbose_name='sent')),
                ('expires_at', models.DateTimeField(verbose_name='valid until')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='accepted')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='accepted by')),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'indexes': [models.Index(fields=['organisation', '-created_at'], name='invitation_newest_of_org')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('withdrawn_at', None)), fields=('organisation', 'email'), name='invitation_one_open_per_address'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='invitation_email_is_lower_case'), models.CheckConstraint(condition=models.Q(('role__in', ['ADMINISTRATOR', 'ORDERER', 'VIEWER'])), name='invitation_role_is_known'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='invitation_expires_after_it_is_made'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('accepted_by', None)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='invitation_accepted_by_someone_at_some_time'), models.CheckConstraint(condition=models.Q(('accepted_at', None), ('withdrawn_at', None), _connector='OR'), name='invitation_accepted_or_withdrawn')],
            },
        ),
        migrations.CreateModel(
            name='IdempotentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255, verbose_name='key')),
                ('path', models.CharField(max_length=200, verbose_name='path')),
                ('body_hash', models.CharField(max_length=64, verbose_name='hash of the body')),
                ('status', models.PositiveSmallIntegerField(verbose_name='status')),
                ('body', models.BinaryField(verbose_name='body')),
                ('content_type', models.CharField(max_length=80, verbose_name='content type')),
                ('headers', models.JSONField(default=dict, verbose_name='headers')),
                ('created_at', models.DateTimeField(verbose_name='made at')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'idempotent answer',
                'verbose_name_plural': 'idempotent answers',
                'indexes': [models.Index(fields=['created_at'], name='kept_answer_by_age')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'key', 'path'), name='one_kept_answer_per_key_and_path')],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'calendar feed',
                'verbose_name_plural': 'calendar feeds',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='one_calendar_feed_each', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('organisation__isnull', False), ('user__isnull', False), _connector='OR'), name='calendar_feed_belongs_to_somebody')],
            },
        ),
        migrations.CreateModel(
            name='ApiKeyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80, validators=[customers.validators.validate_one_line], verbose_name='name')),
                ('prefix', models.CharField(editable=False, max_length=16, verbose_name='prefix')),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('orders:read', 'Read orders'), ('orders:write', 'Place, move and cancel orders'), ('engagements:read', 'Read engagements'), ('engagements:write', 'Complete tasks'), ('reports:read', 'Read reports'), ('webhooks:write', 'Manage webhook endpoints')], max_length=20), size=None, verbose_name='may')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('expires_at', models.DateTimeField(verbose_name='valid until')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('created_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='customers.apikey')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.organisation', verbose_name='organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organisation',
            trigger=pgtrigger.compiler.Trigger(name='organisation_stays_a_sandbox_or_none', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_sandbox" IS DISTINCT FROM (NEW."is_sandbox"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='6afe66812e7ec930ab7fbcf5ca30fde16300cdb1', operation='UPDATE', pgid='pgtrigger_organisation_stays_a_sandbox_or_none_5c0e0', table='customers_organisation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organisation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_organisationevent" ("business_days", "clock_ahead", "created_at", "id", "is_sandbox", "key", "language", "lead_time_policy", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shows_contract_price", "zone") VALUES (NEW."business_days", NEW."clock_ahead", NEW."created_at", NEW."id", NEW."is_sandbox", NEW."key", NEW."language", NEW."lead_time_policy", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."shows_contract_price", NEW."zone"); RETURN NULL;', hash='161d5d1ba5fba7a5751c5051f9f21b7a9058f377', operation='INSERT', pgid='pgtrigger_insert_insert_0b710', table='customers_organisation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organisation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_organisationevent" ("business_days", "clock_ahead", "created_at", "id", "is_sandbox", "key", "language", "lead_time_policy", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shows_contract_price", "zone") VALUES (NEW."business_days", NEW."clock_ahead", NEW."created_at", NEW."id", NEW."is_sandbox", NEW."key", NEW."language", NEW."lead_time_policy", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."shows_contract_price", NEW."zone"); RETURN NULL;', hash='bba9c908fbf2abc6c9db27aefc493d6a4dadcf18', operation='UPDATE', pgid='pgtrigger_update_update_e7a19', table='customers_organisation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organisation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_organisationevent" ("business_days", "clock_ahead", "created_at", "id", "is_sandbox", "key", "language", "lead_time_policy", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shows_contract_price", "zone") VALUES (OLD."business_days", OLD."clock_ahead", OLD."created_at", OLD."id", OLD."is_sandbox", OLD."key", OLD."language", OLD."lead_time_policy", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."shows_contract_price", OLD."zone"); RETURN NULL;', hash='fd2f0567614baf305aad4e63b6be8c8e3fde0489', operation='DELETE', pgid='pgtrigger_delete_delete_90f71', table='customers_organisation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_userevent" ("is_active", "is_staff", "is_superuser", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."is_active", NEW."is_staff", NEW."is_superuser", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='e3ecea49a9f2d0c016043ccb3fbb920fc0c413aa', operation='INSERT', pgid='pgtrigger_insert_insert_a0cd6', table='customers_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser"))', func='INSERT INTO "customers_userevent" ("is_active", "is_staff", "is_superuser", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."is_active", NEW."is_staff", NEW."is_superuser", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='0dfbc949a44ef5d6a1a39866c1907332e320a194', operation='UPDATE', pgid='pgtrigger_update_update_df396', table='customers_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_userevent" ("is_active", "is_staff", "is_superuser", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."is_active", OLD."is_staff", OLD."is_superuser", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='6224e24a37ded6a7b3a5a6a7f243e20916c1b4f0', operation='DELETE', pgid='pgtrigger_delete_delete_55045', table='customers_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membershipevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c8dc11206c04e72edf9822022760d12b6c7cc6b3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_396e4', table='customers_membershipevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='organisation_keeps_an_administrator', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.role = 'ADMINISTRATOR')", func="\nIF TG_OP = 'UPDATE' AND NEW.role = 'ADMINISTRATOR' AND NEW.organisation_id = OLD.organisation_id THEN\n    RETURN NEW;\nEND IF;\nPERFORM 1 FROM customers_organisation WHERE id = OLD.organisation_id FOR NO KEY UPDATE;\nIF NOT EXISTS (SELECT FROM customers_membership\n               WHERE organisation_id = OLD.organisation_id AND role = 'ADMINISTRATOR' AND id <> OLD.id) THEN\n    RAISE EXCEPTION 'the last administrator of an organisation stays'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_keeps_an_administrator';\nEND IF;\nIF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;\n", hash='162765d1c97a38c09a2c2a435e2462c08b998df6', operation='UPDATE OR DELETE', pgid='pgtrigger_organisation_keeps_an_administrator_48738', table='customers_membership', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_membershipevent" ("created_at", "id", "key", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (NEW."created_at", NEW."id", NEW."key", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."user_id"); RETURN NULL;', hash='50fc23903f8160d9a4c4cc5e02071f6a07b45c04', operation='INSERT', pgid='pgtrigger_insert_insert_359f1', table='customers_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_membershipevent" ("created_at", "id", "key", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (NEW."created_at", NEW."id", NEW."key", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."user_id"); RETURN NULL;', hash='0ea659b8cb361fbfb65e082a42dcae4049d99d74', operation='UPDATE', pgid='pgtrigger_update_update_8d2cb', table='customers_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_membershipevent" ("created_at", "id", "key", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (OLD."created_at", OLD."id", OLD."key", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."user_id"); RETURN NULL;', hash='877788b25cafe22b0784d0491e6c78b619e4f092', operation='DELETE', pgid='pgtrigger_delete_delete_32226', table='customers_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apikeyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4c2a93ec34ba3fb5e5bd2b3895b53adfa2e4e817', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e720e', table='customers_apikeyevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apikey',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_apikeyevent" ("created_at", "created_by_id", "expires_at", "id", "name", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "scopes") VALUES (NEW."created_at", NEW."created_by_id", NEW."expires_at", NEW."id", NEW."name", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."scopes"); RETURN NULL;', hash='38db97c21cab93da9cf10d8c458758a56850f622', operation='INSERT', pgid='pgtrigger_insert_insert_0abc2', table='customers_apikey', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apikey',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes"))', func='INSERT INTO "customers_apikeyevent" ("created_at", "created_by_id", "expires_at", "id", "name", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "scopes") VALUES (NEW."created_at", NEW."created_by_id", NEW."expires_at", NEW."id", NEW."name", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."scopes"); RETURN NULL;', hash='73df9c1165d3574fa48809b25be0382948f73568', operation='UPDATE', pgid='pgtrigger_update_update_16d24', table='customers_apikey', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apikey',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_apikeyevent" ("created_at", "created_by_id", "expires_at", "id", "name", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "scopes") VALUES (OLD."created_at", OLD."created_by_id", OLD."expires_at", OLD."id", OLD."name", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prefix", OLD."revoked_at", OLD."scopes"); RETURN NULL;', hash='8881401933f403ab5f4225fcff39119e20c4d257', operation='DELETE', pgid='pgtrigger_delete_delete_2049f', table='customers_apikey', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organisationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='aa64406346f07a854b7515a2845990b2efd40755', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b48e8', table='customers_organisationevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_siteevent" ("host_name", "id", "is_active", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform", "schedule_updates", "zone") VALUES (NEW."host_name", NEW."id", NEW."is_active", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."platform", NEW."schedule_updates", NEW."zone"); RETURN NULL;', hash='3efe17f64355f1973c22e50013e7237131bfa7ac', operation='INSERT', pgid='pgtrigger_insert_insert_652e0', table='customers_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_siteevent" ("host_name", "id", "is_active", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform", "schedule_updates", "zone") VALUES (NEW."host_name", NEW."id", NEW."is_active", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."platform", NEW."schedule_updates", NEW."zone"); RETURN NULL;', hash='41f1fa6831af9e10d724d4d6f02faeaaf535df42', operation='UPDATE', pgid='pgtrigger_update_update_aa9a4', table='customers_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_siteevent" ("host_name", "id", "is_active", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform", "schedule_updates", "zone") VALUES (OLD."host_name", OLD."id", OLD."is_active", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."platform", OLD."schedule_updates", OLD."zone"); RETURN NULL;', hash='41e8480553fde043f5c513b780cdece85d7b7597', operation='DELETE', pgid='pgtrigger_delete_delete_779d2', table='customers_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='siteevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='37954db53998e21dd23118c8754d17c886a43fce', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4dfab', table='customers_siteevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2d868fb44513896bfe57df02d861bec0fac2ed70', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ae6a5', table='customers_userevent', when='BEFORE')),
        ),
        TenantTable(
            model_name='Organisation',
            column='id',
        ),
        TenantTable(
            model_name='OrganisationEvent',
            column='id',
        ),
        TenantTable(
            model_name='Site',
        ),
        TenantTable(
            model_name='SiteEvent',
        ),
        TenantTable(
            model_name='Membership',
        ),
        TenantTable(
            model_name='MembershipEvent',
        ),
        TenantTable(
            model_name='Invitation',
        ),
        TenantTable(
            model_name='ApiKey',
        ),
        TenantTable(
            model_name='ApiKeyEvent',
        ),
        TenantTable(
            model_name='IdempotentAnswer',
        ),
        TenantTable(
            model_name='CalendarFeed',
        ),
    ]
