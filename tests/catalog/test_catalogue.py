"""The portal's own catalogue, held against the rules."""

import pytest

from catalog.models import (
    CancellationPolicy,
    Family,
    Package,
    PackageRole,
    PackageService,
    Prerequisite,
    ProductionShare,
    Resource,
    Service,
    TaskTemplate,
    Terms,
)
from tests.catalog import table

pytestmark = pytest.mark.usefixtures("catalogue")


def test_five_packages_in_four_families_source_s2_s6_s72():
    assert list(Package.objects.order_by("position").values_list("code", "family__code")) == [
        ("ec-premium", "ec"),
        ("ec-standard", "ec"),
        ("tc-premium", "tc"),
        ("mc-premium", "mc"),
        ("event-staff", "events"),
    ]


def test_the_comparison_is_the_table_of_the_rules_cell_by_cell():
    cells = {(c.service.code, c.package.code): c.inclusion for c in PackageService.objects.select_related("service", "package")}
    wanted = {
        (service, package): said for service, (row, _, _) in table.MATRIX.items() for package, said in zip(table.PACKAGES, row, strict=True)
    }
    assert cells == wanted


def test_every_cell_the_rules_leave_open_is_assumed_and_no_other():
    cells = PackageService.objects.select_related("service", "package")
    marked = {(c.service.code, c.package.code) for c in cells if c.assumed}
    wanted = {
        (service, package)
        for service, (_, english, french) in table.MATRIX.items()
        for package in table.PACKAGES
        if (french if package == "event-staff" else english)
    }
    assert marked == wanted
    assert list(Package.objects.filter(assumed=True).values_list("code", flat=True)) == ["event-staff"]  # its lead time


def test_every_cell_names_its_source():
    assert not PackageService.objects.filter(source="").exists()


def test_hourly_cells_bill_one_and_a_half_hours_at_least_source_s62_s63():
    hourly = PackageService.objects.filter(inclusion="HOURLY")
    assert set(hourly.values_list("unit", "minimum_minutes")) == {("HOUR", 90)}
    for _rule, service, minutes in table.MINIMUMS:
        assert hourly.filter(service__code=service, minimum_minutes=minutes).count() == 3


@pytest.mark.parametrize(("rule", "package", "field", "figure"), table.PACKAGE_FIGURES)
def test_a_figure_of_the_rules_stands_on_its_package(rule, package, field, figure):
    assert getattr(Package.objects.get(code=package), field) == figure


@pytest.mark.parametrize(("rule", "service", "minutes"), table.SERVICE_FIGURES)
def test_a_figure_of_the_rules_stands_on_its_service(rule, service, minutes):
    assert Service.objects.get(code=service).minutes == minutes


@pytest.mark.parametrize(("rule", "packages", "code", "side", "anchor", "offset", "kind"), table.DUTY_FIGURES)
def test_a_figure_of_the_rules_stands_on_its_duty(rule, packages, code, side, anchor, offset, kind):
    duties = TaskTemplate.objects.filter(code=code)
    assert set(duties.values_list("package__code", flat=True)) == set(packages)
    assert set(duties.values_list("side", "anchor", "offset", "offset_kind")) == {(side, anchor, offset, kind)}
    assert all(rule in duty.source.split(", ") for duty in duties)


def test_recordings_warn_by_their_own_ladder_source_s71_s93():
    codes = set(TaskTemplate.objects.filter(ladder="RECORDING").values_list("code", flat=True))
    assert codes == {"recording-links", "recording-formats", "recording-upload", "recording-download"}
    assert set(TaskTemplate.objects.filter(ladder="RECORDING").values_list("anchor", "offset")) == {("SESSION_END", 2880)}
    of_recordings = TaskTemplate.objects.filter(per_recording=True).values_list("code", flat=True)
    assert set(of_recordings) == codes | {"repository-upload", "cloud-recording-requested", "cloud-recording-every"}


def test_what_only_we_say_is_assumed():
    """S70 and S71 give no figure in the English source, S95 and S96 none in the French."""
    open_figures = ["post-event-report", "recording-links", "recording-download", "repository-upload"]
    assert set(TaskTemplate.objects.filter(code__in=open_figures).values_list("assumed", flat=True)) == {True}
    settled = ["content-test", "content-files", "start-session", "rehearsal", "speaker-links", "support-begins", "recording-upload"]
    assert set(TaskTemplate.objects.filter(code__in=settled).values_list("assumed", flat=True)) == {False}


@pytest.mark.parametrize(("side", "rules"), [("PROVIDER", table.PROVIDER_RULES), ("CUSTOMER", table.CUSTOMER_RULES)])
def test_every_rule_with_a_duty_has_one_on_its_side(side, rules):
    sources = {rule for text in TaskTemplate.objects.filter(side=side).values_list("source", flat=True) for rule in text.split(", ")}
    assert [rule for rule in rules if rule not in sources] == []


def test_the_event_day_of_the_producer_is_one_item_each_source_s64():
    codes = TaskTemplate.objects.filter(package__code="mc-premium", phase="EVENT_DAY", source__contains="S64").values_list(
        "code", flat=True
    )
    assert set(codes) == {"start-session", "presenters-in", "roles-checked", "last-questions", "technical-questions", "backup-presenter"}


@pytest.mark.parametrize(("condition", "rules"), table.CONDITIONS.items())
def test_answers_of_the_order_switch_duties_on(condition, rules):
    for rule in rules:
        duties = [duty for duty in TaskTemplate.objects.filter(package__code="event-staff") if duty.source.split(", ")[-1] == rule]
        assert {duty.condition for duty in duties} == {condition}, rule


def test_polls_and_editing_differ_by_package_source_s89_s119():
    """The responsibility matrix: ours in the English packages, the customer's in the French one."""
    assert TaskTemplate.objects.get(package__code="mc-premium", code="polls").side == "PROVIDER"
    assert TaskTemplate.objects.get(package__code="event-staff", code="interaction-tools").side == "CUSTOMER"
    assert TaskTemplate.objects.get(package__code="mc-premium", code="recording-links").side == "PROVIDER"
    assert TaskTemplate.objects.get(package__code="event-staff", code="video-editing").side == "CUSTOMER"


def test_a_service_that_is_charged_or_asked_for_switches_its_duty_on():
    """What a package includes is owed anyway; what it does not, only when it was asked for. Source: S56"""
    for code, service in [("consultation", "consultation"), ("dry-run", "dry-run"), ("invitations", "invitation-management")]:
        said = {duty.package.code: duty.service and duty.service.code for duty in TaskTemplate.objects.filter(code=code)}
        assert said == {"ec-premium": None, "ec-standard": service, "tc-premium": service, "mc-premium": service}


def test_no_duty_depends_on_a_service_its_package_does_not_offer():
    offered = set(PackageService.objects.exclude(inclusion="NOT_OFFERED").values_list("package_id", "service_id"))
    duties = TaskTemplate.objects.filter(service__isnull=False).values_list("package_id", "service_id", "code")
    assert [code for package, service, code in duties if (package, service) not in offered] == []


def test_teams_source_s74_s75():
    team = set(PackageRole.objects.values_list("package__code", "role", "count", "books_window"))
    assert team == {(code, "PRODUCER", 1, True) for code in table.EN} | {
        ("event-staff", "PM", 1, False),
        ("event-staff", "ANALYST", 1, True),
    }


def test_every_duty_of_ours_is_for_a_role_that_is_on_the_team():
    """The coordinator is on every order's team without being named by a package."""
    on_team = set(PackageRole.objects.values_list("package_id", "role"))
    duties = TaskTemplate.objects.filter(side="PROVIDER").exclude(role="COORDINATOR").values_list("package_id", "role", "code")
    assert [code for package, role, code in duties if (package, role) not in on_team] == []


def test_only_ec_premium_need_not_be_scheduled_and_only_tc_needs_a_certificate_source_s4_s8():
    assert list(Package.objects.filter(requires_scheduled_meeting=False).values_list("code", flat=True)) == ["ec-premium"]
    assert list(Package.objects.filter(requires_certificate=True).values_list("code", flat=True)) == ["tc-premium"]


def test_the_production_plan_sums_to_six_and_a_half_hours_source_s54():
    shares = dict(ProductionShare.objects.filter(package__code="ec-premium").values_list("code", "minutes"))
    assert shares == {"planning-call": 15, "consultation": 90, "dry-run": 90, "live": 90, "preparation": 45, "wrap-up": 60}
    assert sum(shares.values()) == 390


def test_the_default_policy_is_free_until_14_days_source_s41():
    policy = CancellationPolicy.objects.get(is_default=True)
    assert set(policy.tiers.values_list("hours_before", "percent")) == {(336, 30), (48, 100)}


def test_every_package_has_terms_and_prerequisites_source_s73_s78():
    for package in Package.objects.all():
        assert package.terms.exists(), package
        assert package.prerequisites.exists(), package


def test_the_library_has_something_for_everyone_and_for_each_family_source_s79():
    held = set(Resource.objects.values_list("family__code", flat=True))
    assert held == {None, "ec", "tc", "mc", "events"}


@pytest.mark.parametrize(
    "model", [Family, Package, Service, CancellationPolicy, Terms, Prerequisite, Resource, TaskTemplate, ProductionShare, PackageService]
)
def test_every_text_is_there_in_both_languages(model):
    names = [field.name.removesuffix("_fr") for field in model._meta.fields if field.name.endswith("_fr")]
    assert names
    same = []
    for row in model.objects.all():
        for name in names:
            english, french = getattr(row, f"{name}_en"), getattr(row, f"{name}_fr")
            assert bool(english.strip()) == bool(french.strip()), (row, name)
            if len(english) > 30 and english == french:
                same.append((str(row), name))
    assert same == []


def test_french_texts_use_french_typography():
    """No straight apostrophes: the file is written by hand, and nobody sees the difference in a diff."""
    for model in (Package, Service, Terms, Prerequisite, Resource, TaskTemplate):
        for row in model.objects.all():
            texts = [getattr(row, field.name) for field in model._meta.fields if field.name.endswith("_fr")]
            assert not any("'" in text for text in texts), row


def test_no_name_of_a_vendor_in_the_texts():
    for model in (Package, Service, Terms, Prerequisite, Resource, TaskTemplate):
        for row in model.objects.all():
            texts = " ".join(getattr(row, f.name) for f in model._meta.fields if f.name.endswith(("_en", "_fr")))
            assert not any(name in texts for name in ("Webex", "WebEx", "Cisco", "Socio")), row


def test_every_rule_is_owed_as_a_duty_or_held_elsewhere():
    """All of S1 to S126, each once; a rule that is owed has its template."""
    elsewhere = [f"S{number}" for numbers in table.HELD_ELSEWHERE.values() for number in numbers]
    assert sorted([*elsewhere, *table.DUTY_RULES]) == sorted(f"S{number}" for number in range(1, 127))
    cited = {rule for text in TaskTemplate.objects.values_list("source", flat=True) for rule in text.split(", ")}
    assert table.DUTY_RULES - cited == set()


def test_the_form_of_the_rehearsal_decides_its_checklist_source_s82_s83():
    first = set(TaskTemplate.objects.filter(rehearsal_form=1).values_list("source", flat=True))
    second = set(TaskTemplate.objects.filter(rehearsal_form=2).values_list("source", flat=True))
    assert (first, second) == ({"S82"}, {"S83"})


def test_another_language_switches_its_duty_on_source_s30():
    assert TaskTemplate.objects.filter(condition="LANGUAGE").values_list("package__code", flat=True).count() == 5
