"""A year of calendars for many staff, written by PostgreSQL itself: everything is worked out from the row's number."""

from datetime import UTC, datetime

from django.db import connection

START = datetime(2027, 1, 4, tzinfo=UTC)  # a Monday
FAMILIES = 5

_PEOPLE = """
INSERT INTO customers_user
    (id, password, is_superuser, first_name, last_name, email, phone, language, zone, is_active, is_staff, report_mails, created_at)
SELECT n, '!', false, 'Pat', 'Person ' || n, 'person-' || n || '@staff.example', '', 'en', 'UTC', true, true, 'OFF', now()
FROM generate_series(1, %(staff)s) AS n;

INSERT INTO catalog_family (code, name_en, name_fr)
SELECT 'family-' || n, 'Family ' || n, 'Famille ' || n FROM generate_series(1, %(families)s) AS n
WHERE NOT EXISTS (SELECT FROM catalog_family) ORDER BY n;

INSERT INTO scheduling_staffmember (id, user_id, roles, zone, languages, holiday_calendar, load, is_active)
SELECT n, n,
    CASE WHEN n %% 4 = 0 THEN ARRAY['ANALYST'] WHEN n %% 4 = 1 THEN ARRAY['ANALYST', 'PRODUCER'] ELSE ARRAY['PRODUCER'] END,
    (ARRAY['America/Toronto', 'Europe/Paris', 'Europe/London', 'America/New_York', 'America/Vancouver', 'Asia/Singapore',
           'Europe/Berlin', 'America/Chicago', 'Australia/Sydney', 'America/Sao_Paulo'])[1 + n %% 10],
    CASE WHEN n %% 3 = 0 THEN ARRAY['en', 'fr'] ELSE ARRAY['en'] END,
    (ARRAY['CA-QC', 'FR', 'GB', ''])[1 + n %% 4], n %% 17, true
FROM generate_series(1, %(staff)s) AS n;

INSERT INTO scheduling_certificate (staff_id, family_id, valid_from, valid_until)
SELECT n, families[1 + (n + 2 * k) %% cardinality(families)], '2026-01-01', '2028-12-31'
FROM generate_series(1, %(staff)s) AS n, generate_series(0, 1) AS k,
    (SELECT array_agg(id ORDER BY id) AS families FROM catalog_family) AS known;

INSERT INTO scheduling_workinghours (staff_id, weekday, starts, ends)
SELECT n, weekday, time '07:00', CASE WHEN n %% 2 = 0 THEN time '19:00' ELSE time '00:00' END
FROM generate_series(1, %(staff)s) AS n, generate_series(0, 6) AS weekday;

INSERT INTO scheduling_holiday (calendar, "on", name)
SELECT calendar, date '2027-01-01' + 37 * k, 'Holiday' FROM unnest(ARRAY['CA-QC', 'FR', 'GB']) AS calendar, generate_series(0, 9) AS k
ON CONFLICT DO NOTHING;

INSERT INTO scheduling_leave (staff_id, start_at, end_at, reason)
SELECT n, timestamptz '2027-01-04Z' + n * interval '7 hours' + k * interval '120 days',
       timestamptz '2027-01-04Z' + n * interval '7 hours' + k * interval '120 days' + interval '7 days', ''
FROM generate_series(1, %(staff)s) AS n, generate_series(0, 2) AS k;

SELECT setval(pg_get_serial_sequence(name, 'id'), %(staff)s) FROM unnest(ARRAY['customers_user', 'scheduling_staffmember']) AS name;
"""

# The n-th stretch of a person begins in the n-th slot of the year; slots do not touch, so nobody is booked twice.
_BOOKINGS = """
INSERT INTO scheduling_booking (staff_id, start_at, end_at, purpose, state, reference, instead_of)
SELECT staff, begins, begins + %(length)s * interval '1 minute', 'EVENT', 'BOOKED', 'seed-' || staff || '-' || slot, ''
FROM generate_series(1, %(staff)s) AS staff, generate_series(0, %(per_person)s - 1) AS slot,
LATERAL (SELECT timestamptz '2027-01-04Z' + slot * interval '525600 minutes' / %(per_person)s
    + (staff * 7919 + slot * 104729) %% %(play)s * interval '1 minute' AS begins) AS slots
"""


def write(*, staff: int, bookings: int) -> None:
    """Fill tables that hold nothing but the catalogue: each person is booked for 90 minutes, `bookings / staff` times spread over 2027."""
    per_person = bookings // staff
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"staff": staff, "families": FAMILIES})
        cursor.execute(_BOOKINGS, {"staff": staff, "per_person": per_person, "length": 90, "play": 525_600 // per_person - 90})
        cursor.execute("VACUUM ANALYZE")
