"""The comparison as the rules give it, to hold the catalogue against. Source: S54 to S71 and the fifth column of A9."""

PACKAGES = ("ec-premium", "ec-standard", "tc-premium", "mc-premium", "event-staff")

I, H, A, R, N = "INCLUDED", "HOURLY", "ADD_ON", "ON_REQUEST", "NOT_OFFERED"  # noqa: E741

# Each row: what the five packages say, then whether the rules leave the four English columns and the French one open.
MATRIX = {
    "planning-call": ((I, I, I, I, N), True, True),
    "consultation": ((I, H, H, H, N), False, True),
    "dry-run": ((I, H, H, H, N), False, False),
    "live-support": ((I, I, I, I, I), False, False),
    "hold-music": ((I, I, I, I, N), True, False),
    "polling": ((I, I, I, I, N), True, False),
    "hosting": ((I, I, I, I, N), True, False),
    "content-sharing": ((I, I, I, I, N), True, False),
    "prepared-video": ((I, I, R, R, N), True, False),
    "post-event-report": ((I, I, I, R, I), True, False),
    "recordings": ((I, I, I, I, I), True, False),
    "invitation-management": ((I, A, A, A, N), False, False),
    # beyond the twelve rows: the French package's own, and the extra charges
    "rehearsal": ((N, N, N, N, I), False, False),
    "support-room": ((N, N, N, N, I), False, False),
    "extra-time": ((A, A, A, A, R), False, True),
    "additional-dry-run": ((H, H, H, H, N), False, True),
    "extra-editing": ((A, A, A, A, N), False, False),
    "rush": ((A, A, A, A, A), True, True),
}

# Every rule from S54 to S126 that carries a figure: where the figure stands in the catalogue.
PACKAGE_FIGURES = [
    ("S3", "mc-premium", "lead_in_minutes", 30),
    ("S9", "ec-standard", "lead_days", 14),
    ("S54", "ec-premium", "production_minutes", 390),
    ("S54", "ec-premium", "included_minutes", 60),
    ("S57", "ec-standard", "included_minutes", 60),
    ("S57", "tc-premium", "included_minutes", 60),
    ("S57", "mc-premium", "included_minutes", 60),
    ("S64", "ec-premium", "lead_in_minutes", 30),
    ("S76", "event-staff", "max_days", 3),
    ("S77", "event-staff", "term_months", 12),
    ("S85", "event-staff", "daily_cap_minutes", 540),
    ("S85", "event-staff", "lead_in_minutes", 30),
    ("S85", "event-staff", "lead_out_minutes", 30),
    ("S91", "event-staff", "recording_minutes", 480),
]
SERVICE_FIGURES = [("S61", "planning-call", 15), ("S62", "consultation", 60), ("S63", "dry-run", 60), ("S81", "rehearsal", 120)]
MINIMUMS = [("S62", "consultation", 90), ("S63", "dry-run", 90)]

EN = PACKAGES[:4]
FR = PACKAGES[4:]
MINUTES, DAYS, WORKING = "ELAPSED_MINUTES", "CALENDAR_DAYS", "WORKING_DAYS"

# rule, packages, duty, side, counted from, offset, counted in
DUTY_FIGURES = [
    ("S64", EN, "start-session", "PROVIDER", "DAY_START", -30, MINUTES),
    ("S68", EN, "content-test", "PROVIDER", "EVENT_START", -24 * 60, MINUTES),
    ("S125", EN, "content-files", "CUSTOMER", "EVENT_START", -24 * 60, MINUTES),
    ("S70", EN, "post-event-report", "PROVIDER", "EVENT_END", 2, WORKING),
    ("S71", EN, "recording-links", "PROVIDER", "SESSION_END", 48 * 60, MINUTES),
    ("S81", FR, "rehearsal", "PROVIDER", "EVENT_START", -7, DAYS),
    ("S84", FR, "speaker-links", "PROVIDER", "AGENDA_FINAL", 5, DAYS),
    ("S84", FR, "speaker-instructions", "PROVIDER", "AGENDA_FINAL", 5, DAYS),
    ("S85", FR, "support-begins", "PROVIDER", "DAY_START", -30, MINUTES),
    ("S85", FR, "support-ends", "PROVIDER", "DAY_END", 30, MINUTES),
    ("S92", FR, "cloud-recording-requested", "PROVIDER", "SESSION_START", -60, MINUTES),
    ("S94", FR, "cloud-recording-every", "PROVIDER", "SESSION_START", -60, MINUTES),
    ("S93", FR, "recording-upload", "PROVIDER", "SESSION_END", 48 * 60, MINUTES),
    ("S95", FR, "recording-download", "PROVIDER", "SESSION_END", 48 * 60, MINUTES),
    ("S96", FR, "repository-upload", "PROVIDER", "SESSION_END", 48 * 60, MINUTES),
    ("S100", FR, "app-duns-number", "CUSTOMER", "EVENT_START", -60, DAYS),
    ("S101", FR, "app-company-account", "CUSTOMER", "EVENT_START", -45, DAYS),
    ("S102", FR, "app-account-fee", "CUSTOMER", "EVENT_START", -45, DAYS),
    ("S103", FR, "app-submitted", "CUSTOMER", "EVENT_START", -30, DAYS),
    ("S104", FR, "app-approved", "CUSTOMER", "EVENT_START", -14, DAYS),
]

# Duties of the provider by rule; S57 is a charge, S73, S77 and S79 are texts and dates.
PROVIDER_RULES = [f"S{n}" for n in (54, 55, 56, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 74, 75, 76, *range(80, 97))]
CUSTOMER_RULES = [f"S{n}" for n in range(97, 127)]

CONDITIONS = {
    "BRANDED_APP": ("S99", "S100", "S101", "S102", "S103", "S104"),
    "THIRD_PARTY": ("S105", "S106", "S107", "S108", "S121"),
    "CONTENT_BUILD": ("S120",),
    "PLATFORM_STREAMING": ("S84", "S94", "S95", "S96"),
    "MEETINGS": ("S92",),
}

# Every rule of the two sources is either owed as a duty, or held elsewhere.
DUTY_RULES = {"S3", "S8", "S30", *PROVIDER_RULES, *CUSTOMER_RULES}
HELD_ELSEWHERE = {
    "packages, services and their prices": (1, 2, 4, 5, 6, 7, 57, 72),
    "lead time and entitlement": (9, 15, 16, 77),
    "signing in, resources, invoices": (10, 11, 12, 13, 14, 17, 79),
    "the four steps of ordering": (18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 32),
    "the confirmation": (33, 34, 35, 36, 37, 38),
    "moving and cancelling": tuple(range(39, 54)),
    "terms and prerequisites": (73, 78),
}
