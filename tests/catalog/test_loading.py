"""The catalogue file comes into the database once, and again without undoing the admin's work."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction

from catalog.actions import CATALOGUE_FILE, confirm, load_catalogue
from catalog.models import FileEntry, Package, PackageService, Prerequisite, Service, TaskTemplate, Terms
from catalog.reading import CatalogueError, read_catalogue
from tests import make

FILE = CATALOGUE_FILE.read_text(encoding="utf-8")


@pytest.fixture
def catalogue(everything):
    """For one test: others of this module begin without any."""
    load_catalogue()


def edited(old: str, new: str, text: str = FILE) -> str:
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def without_duty(code: str) -> str:
    start = FILE.index(f"  - code: {code}\n", FILE.index("\nduties:"))
    return FILE[:start] + FILE[FILE.index("  - code: ", start + 5) :]


def test_loading_twice_changes_nothing(everything):
    first = load_catalogue()
    assert len(first.created) == len(read_catalogue(FILE)) == FileEntry.objects.count()
    second = load_catalogue()
    assert (second.created, second.updated, second.removed, second.kept) == ([], [], [], [])


def test_loading_again_asks_the_database_only_what_it_remembers(catalogue, django_assert_num_queries):
    with django_assert_num_queries(4):  # a savepoint, the lock, what was loaded, the savepoint's end
        load_catalogue()


def test_what_the_admin_changed_stays(catalogue):
    Package.objects.filter(code="mc-premium").update(price=Decimal("700.00"))
    load_catalogue(edited("Thirty minutes of help before your meeting", "Half an hour of help before your meeting"))
    package = Package.objects.get(code="mc-premium")
    assert package.price == Decimal("700.00")
    assert package.summary_en.startswith("Half an hour of help")


def test_a_figure_that_changes_in_the_file_wins(catalogue):
    Package.objects.filter(code="mc-premium").update(price=Decimal("700.00"))
    report = load_catalogue(edited('price: "650.00"', 'price: "675.00"'))
    assert report.updated == ["package mc-premium"]
    assert Package.objects.get(code="mc-premium").price == Decimal("675.00")


def test_a_cell_that_was_confirmed_stays_confirmed(catalogue):
    cells = PackageService.objects.filter(assumed=True)
    assert confirm(cells) > 0
    load_catalogue()
    assert not PackageService.objects.filter(assumed=True).exists()


def test_a_value_that_leaves_the_file_goes_back_to_its_default(catalogue):
    load_catalogue(edited("    is_option: true\n    source: S62", "    source: S62"))
    assert Service.objects.get(code="consultation").is_option is False


def test_a_row_the_admin_deleted_stays_deleted(catalogue):
    Prerequisite.objects.filter(package__code="ec-premium", code="presenters").delete()
    load_catalogue()
    assert not Prerequisite.objects.filter(package__code="ec-premium", code="presenters").exists()


def test_a_duty_that_leaves_the_file_is_removed(catalogue):
    report = load_catalogue(without_duty("roles-checked"))
    assert sorted(report.removed) == [f"duty {code}/roles-checked" for code in ("ec-premium", "ec-standard", "mc-premium", "tc-premium")]
    assert not TaskTemplate.objects.filter(code="roles-checked").exists()
    assert sorted(load_catalogue().created) == sorted(report.removed)


def test_a_row_that_others_need_is_kept(catalogue):
    """Orders and engagements point at packages, services and duties; here an entitlement does."""
    organisation = make.organisation()
    package = Package.objects.get(code="mc-premium")
    package.entitlement_set.create(organisation=organisation, valid_from="2026-01-01", valid_until="2027-01-01", quantity=1)
    text = FILE
    for line in [line for line in FILE.splitlines(keepends=True) if line.startswith("      mc-premium: {is:")]:
        text = text.replace(line, "", 1)
    start = text.index("  - code: mc-premium")
    text = text[:start] + text[text.index("  - code: event-staff", start) :]
    text = (
        text.replace(", mc-premium]", "]")
        .replace("[mc-premium]", "[tc-premium]")
        .replace(
            "packages: [ec-premium, ec-standard, tc-premium]\n    title: &post", "packages: [ec-premium, ec-standard]\n    title: &post"
        )
    )
    report = load_catalogue(text)
    assert "package mc-premium" in report.kept
    assert Package.objects.filter(code="mc-premium").exists()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("family: mc\n    name", "family: nowhere\n    name", "there is no family 'nowhere'"),
        ('price: "650.00"', 'price: "cheap"', "package mc-premium: price"),
        ("event_kinds: [MEETING]", "event_kinds: [PARTY]", "PARTY"),
        ('is: HOURLY, amount: "180.00", unit: HOUR', "is: HOURLY, unit: HOUR", "charged_cells_and_only_those_have_an_amount"),
        ("owner: PRODUCER", "owner: NOBODY", "NOBODY"),
        ("due: at DAY_END", "due: sometime", "due is not understood: 'sometime'"),
        ("max_days: 1", "most_days: 1", "unknown key"),
        ("minutes: 45", "minutes: 40", "the production plan is 385 minutes"),
        ("{code: ec, name: {en: Event Center, fr: Event Center}}", "{code: ec, name: {en: Event Center}}", "needs a text in en and in fr"),
        ("  - code: planning-call\n    name", "  - kode: planning-call\n    name", "'code' is missing"),
        ("    lead_days: 14\n", "    lead_days: 14\n    lead_days: 15\n", "given twice: lead_days"),
        ("  - code: ec-standard\n    family", "  - code: ec-premium\n    family", "stands on line"),
        ("\nresources:", "\nresauces:", "unknown sections: resauces"),
        ("families:", "families: [", "YAML"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_line(everything, old, new, why):
    text = edited(old, new)
    with pytest.raises(CatalogueError) as refused, transaction.atomic():
        load_catalogue(text)
    assert why in str(refused.value)
    assert 0 < refused.value.line <= len(text.splitlines())
    assert not Package.objects.exists()


def test_the_line_named_is_the_line_of_the_row(everything):
    with pytest.raises(CatalogueError) as refused:
        read_catalogue(edited("due: 2 days before EVENT_START\n    source: S126", "due: whenever\n    source: S126"))
    assert FILE.splitlines()[refused.value.line - 1].strip() == "- code: site-schedule"


def test_a_text_of_terms_never_changes_source_s73(catalogue):
    with pytest.raises(InternalError, match="terms"), transaction.atomic():
        Terms.objects.filter(package__code="mc-premium").update(text_en="Other")
    with pytest.raises(CatalogueError, match=r"terms ec-premium/1\.0"), transaction.atomic():
        load_catalogue(edited("Order at least two weeks before the event. We answer", "Order whenever you like. We answer"))


def test_the_command_loads_and_says_what_it_did(transactional_db, capsys):
    call_command("load_catalogue")
    assert "created" in capsys.readouterr().out
    call_command("load_catalogue")
    assert capsys.readouterr().out == "Catalogue: 0 created, 0 updated, 0 removed, 0 kept.\n"


def test_the_command_names_the_line_of_a_wrong_file(db, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(edited("owner: PRODUCER", "owner: NOBODY"), encoding="utf-8")
    with pytest.raises(CommandError, match=r"line \d+, duty ec-premium/schedule-event"):
        call_command("load_catalogue", str(wrong))
