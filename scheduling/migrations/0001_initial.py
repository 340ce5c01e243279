import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import scheduling.models
from django.conf import settings
from django.db import migrations, models

from customers.operations import InitialMigration


class Migration(InitialMigration):

    dependencies = [
        ('catalog', '0001_initial'),
        ('customers', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('calendar', models.CharField(max_length=12, verbose_name='region')),
                ('on', models.DateField(verbose_name='day')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
            ],
            options={
                'verbose_name': 'public holiday',
                'verbose_name_plural': 'public holidays',
                'constraints': [models.UniqueConstraint(fields=('calendar', 'on'), name='one_holiday_per_region_and_day')],
            },
        ),
        migrations.CreateModel(
            name='StaffMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('ADMINISTRATOR', 'Administrator'), ('COORDINATOR', 'Scheduling coordinator'), ('PM', 'Project manager'), ('ANALYST', 'Analyst'), ('PRODUCER', 'Producer')], max_length=14), size=None, verbose_name='roles')),
                ('zone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), size=None, verbose_name='languages')),
                ('holiday_calendar', models.CharField(blank=True, help_text='For example CA-QC or FR.', max_length=12, verbose_name='public holidays of')),
                ('load', models.PositiveIntegerField(default=0, help_text='Bookings given so far; the least loaded is asked first.', verbose_name='load')),
                ('is_active', models.BooleanField(default=True, verbose_name='works here')),
                ('sandbox', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.organisation', verbose_name='stand-in of')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='staff_member', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'staff member',
                'verbose_name_plural': 'staff',
                'indexes': [models.Index(condition=models.Q(('is_active', True)), fields=['load', 'id'], name='staff_least_loaded_first'), models.Index(condition=models.Q(('is_active', True)), fields=['zone'], name='staff_zones')],
            },
        ),
        migrations.CreateModel(
            name='Leave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start_at', models.DateTimeField(verbose_name='from')),
                ('end_at', models.DateTimeField(verbose_name='until')),
                ('reason', models.CharField(blank=True, max_length=120, verbose_name='reason')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leaves', to='scheduling.staffmember', verbose_name='staff member')),
            ],
            options={
                'verbose_name': 'leave',
                'verbose_name_plural': 'leave',
                'indexes': [models.Index(fields=['staff', 'end_at'], include=('start_at',), name='leave_of_staff')],
                'constraints': [models.CheckConstraint(condition=models.Q(('end_at__gt', models.F('start_at'))), name='leave_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_until', models.DateField(verbose_name='last valid day')),
                ('family', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalog.family', verbose_name='family')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to='scheduling.staffmember', verbose_name='staff member')),
            ],
            options={
                'verbose_name': 'certificate',
                'verbose_name_plural': 'certificates',
                'indexes': [models.Index(fields=['family', 'staff'], include=['valid_from', 'valid_until'], name='certificate_of_family')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('valid_from'))), name='certificate_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start_at', models.DateTimeField(verbose_name='from')),
                ('end_at', models.DateTimeField(verbose_name='until')),
                ('purpose', models.CharField(choices=[('EVENT', 'Event'), ('APPOINTMENT', 'Appointment')], max_length=11, verbose_name='purpose')),
                ('state', models.CharField(choices=[('HELD', 'Held'), ('BOOKED', 'Booked'), ('RELEASED', 'Released')], max_length=8, verbose_name='state')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='held until')),
                ('reference', models.CharField(help_text="The order's public key.", max_length=40, verbose_name='reference')),
                ('instead_of', models.CharField(blank=True, help_text="The reference of this person's booking that a move would give up.", max_length=40, verbose_name='instead of')),
                ('needs_cover_since', models.DateTimeField(blank=True, null=True, verbose_name='needs cover since')),
                ('staff', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='scheduling.staffmember', verbose_name='staff member')),
            ],
            options={
                'verbose_name': 'booking',
                'verbose_name_plural': 'bookings',
                'indexes': [models.Index(condition=models.Q(('state', 'RELEASED'), _negated=True), fields=['staff', 'start_at'], include=('end_at', 'state', 'expires_at'), name='booking_blocks_staff'), models.Index(fields=['reference'], name='booking_of_reference'), models.Index(condition=models.Q(('state', 'HELD')), fields=['expires_at'], name='booking_holds_to_expire'), models.Index(condition=models.Q(('needs_cover_since__isnull', False), ('state', 'BOOKED')), fields=['needs_cover_since'], name='booking_needs_cover')],
                'constraints': [models.CheckConstraint(condition=models.Q(('end_at__gt', models.F('start_at')), ('end_at__lte', django.db.models.expressions.CombinedExpression(models.F('start_at'), '+', models.Value(datetime.timedelta(days=1, seconds=3600))))), name='booking_lasts_at_most_25_hours'), models.CheckConstraint(condition=models.Q(models.Q(('expires_at__isnull', False), ('state', 'HELD')), models.Q(models.Q(('state', 'HELD'), _negated=True), ('expires_at__isnull', True)), _connector='OR'), name='booking_expires_exactly_when_held'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'BOOKED'), _negated=True), ('instead_of', ''), _connector='OR'), name='booking_once_booked_replaces_nothing'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(models.Q(('state', 'RELEASED'), _negated=True), ('instead_of', '')), expressions=[(scheduling.models.Int8Range('staff', 'staff', models.Value('[]')), '='), (scheduling.models.TsTzRange('start_at', 'end_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='booking_no_staff_twice_at_once', violation_error_code='staff_busy', violation_error_message='This person is already booked at that time.')],
            },
        ),
        migrations.CreateModel(
            name='WorkingHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(help_text='0 is Monday.', verbose_name='weekday')),
                ('starts', models.TimeField(verbose_name='from')),
                ('ends', models.TimeField(verbose_name='until')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='scheduling.staffmember', verbose_name='staff member')),
            ],
            options={
                'verbose_name': 'working hours',
                'verbose_name_plural': 'working hours',
                'constraints': [models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='working_hours_are_on_a_weekday'), models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts')), ('ends', '00:00'), _connector='OR'), name='working_hours_end_after_they_start'), models.UniqueConstraint(fields=('staff', 'weekday', 'starts'), name='working_hours_once_per_start')],
            },
        ),
        migrations.CreateModel(
            name='RefusedCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(blank=True, help_text="The order's key; empty for a mere question.", max_length=40, verbose_name='reference')),
                ('role', models.CharField(choices=[('ADMINISTRATOR', 'Administrator'), ('COORDINATOR', 'Scheduling coordinator'), ('PM', 'Project manager'), ('ANALYST', 'Analyst'), ('PRODUCER', 'Producer')], max_length=14, verbose_name='role')),
                ('language', models.CharField(blank=True, max_length=8, verbose_name='language')),
                ('zone', models.CharField(max_length=64, verbose_name='time zone')),
                ('opens_at', models.DateTimeField(verbose_name='from')),
                ('closes_at', models.DateTimeField(verbose_name='until')),
                ('windows', models.JSONField(verbose_name='staffed intervals')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('last_asked_at', models.DateTimeField(verbose_name='last asked at')),
                ('times', models.PositiveIntegerField(default=1, verbose_name='times asked')),
                ('family', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.family', verbose_name='family')),
            ],
            options={
                'verbose_name': 'refused check',
                'verbose_name_plural': 'refused checks',
                'indexes': [models.Index(fields=['asked_at'], name='refused_check_by_time')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('reference', 'role', 'language', 'opens_at', 'closes_at'), name='one_refused_check_per_wish'), models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='refused_check_ends_after_it_begins')],
            },
        ),
    ]
