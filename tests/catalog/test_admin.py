"""The catalogue in the admin: coordinators change it, PMs look it up, what is assumed gets confirmed."""

from datetime import date

import pytest
from django.contrib import admin

from catalog.models import Entitlement, Package, PackageService, TaskTemplate, Terms
from customers.tenancy import EVERYTHING, scope
from tests import make

MODELS = ("family", "service", "package", "packageservice", "tasktemplate", "cancellationpolicy", "terms", "resource", "entitlement")


@pytest.fixture(autouse=True)
def _catalogue(loaded_once, db, settings):
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def boss(client):
    client.force_login(make.superuser())
    return client


@pytest.fixture
def desk(client):
    """Sign in someone with one of the desk's roles."""

    def sign_in(role: str):
        person = make.staff_user()
        make.staff_member(role, person=person)
        client.force_login(person)
        return client

    return sign_in


def first_of(model: str) -> object:
    owner = next(each for each in admin.site._registry if each._meta.model_name == model and each._meta.app_label == "catalog")
    with scope(EVERYTHING):
        if model == "entitlement":
            return Entitlement.objects.create(
                organisation=make.organisation(),
                package=Package.objects.first(),
                valid_from="2027-01-01",
                valid_until="2027-12-31",
                quantity=2,
            )
        return owner.objects.order_by("pk").first()


@pytest.mark.parametrize("model", MODELS)
def test_administrators_open_every_screen(boss, model):
    row = first_of(model)
    for path in ("", "add/", f"{row.pk}/change/"):
        assert boss.get(f"/admin/catalog/{model}/{path}").status_code == 200, path


@pytest.mark.parametrize("model", MODELS)
def test_project_managers_look_and_do_not_touch(desk, model):
    row, client = first_of(model), desk("PM")
    assert client.get(f"/admin/catalog/{model}/").status_code == 200
    shown = client.get(f"/admin/catalog/{model}/{row.pk}/change/")
    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content
    assert client.get(f"/admin/catalog/{model}/add/").status_code == 403
    assert client.post(f"/admin/catalog/{model}/{row.pk}/change/", {}).status_code == 403


def test_assumed_cells_are_listed_and_confirmed(boss):
    listed = boss.get("/admin/catalog/packageservice/?assumed__exact=1&all=")
    assert listed.context["cl"].result_count == PackageService.objects.filter(assumed=True).count() > 30
    cell = PackageService.objects.get(package__code="mc-premium", service__code="polling")
    boss.post("/admin/catalog/packageservice/", {"action": "confirm", "_selected_action": [cell.pk]})
    cell.refresh_from_db()
    assert cell.assumed is False


@pytest.mark.parametrize(("model", "table"), [("package", Package), ("tasktemplate", TaskTemplate)])
def test_other_assumed_figures_are_confirmed_too(boss, model, table):
    row = table.objects.filter(assumed=True).first()
    boss.post(f"/admin/catalog/{model}/", {"action": "confirm", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.assumed is False


@pytest.mark.parametrize(("role", "settled"), [("COORDINATOR", True), ("PM", False)])
def test_who_may_change_the_catalogue_may_confirm(desk, role, settled):
    cell = PackageService.objects.filter(assumed=True).first()
    desk(role).post("/admin/catalog/packageservice/", {"action": "confirm", "_selected_action": [cell.pk]})
    cell.refresh_from_db()
    assert cell.assumed is not settled


def test_a_package_page_does_not_ask_once_per_row(boss, django_assert_max_num_queries):
    package = Package.objects.get(code="ec-premium")
    with django_assert_max_num_queries(40):  # 18 cells and some 45 duties
        boss.get(f"/admin/catalog/package/{package.pk}/change/")


def test_an_entitlement_is_granted_until_the_end_of_the_term_source_s77(boss):
    organisation, package = make.organisation(), Package.objects.get(code="event-staff")
    asked = {"organisation": organisation.pk, "package": package.pk, "valid_from": "2027-03-01", "quantity": 2, "contract_percent": "90"}
    assert boss.post("/admin/catalog/entitlement/add/", asked).status_code == 302
    with scope(EVERYTHING):
        row = Entitlement.objects.get()
    assert (row.valid_until, row.quantity, row.used) == (date(2028, 3, 1), 2, 0)


@pytest.mark.parametrize(
    ("package", "until", "sentence"),
    [
        ("mc-premium", "", "This package has no service term"),
        ("mc-premium", "2027-02-28", "The last valid day is before the first"),
        ("event-staff", "2028-03-02", "The service term of this package ends on 1 March 2028"),
    ],
)
def test_a_wrong_last_day_is_refused_in_words(boss, package, until, sentence):
    asked = {
        "organisation": make.organisation().pk,
        "package": Package.objects.get(code=package).pk,
        "valid_from": "2027-03-01",
        "valid_until": until,
        "quantity": 2,
        "contract_percent": "90",
    }
    shown = boss.post("/admin/catalog/entitlement/add/", asked)
    assert shown.status_code == 200
    assert sentence in shown.content.decode()


def test_a_site_of_another_organisation_is_refused_in_words(boss):
    asked = {
        "organisation": make.organisation().pk,
        "site": make.site().pk,
        "package": Package.objects.get(code="mc-premium").pk,
        "valid_from": "2027-03-01",
        "valid_until": "2027-12-31",
        "quantity": 2,
        "contract_percent": "90",
    }
    assert "This site belongs to another organisation." in boss.post("/admin/catalog/entitlement/add/", asked).content.decode()


def test_terms_are_added_and_never_changed_source_s73(boss):
    row = Terms.objects.first()
    assert boss.post(f"/admin/catalog/terms/{row.pk}/change/", {"text_en": "Other"}).status_code == 403
    asked = {"package": row.package_id, "version": "2.0", "valid_from": "2027-01-01", "text_en": "New", "text_fr": "Nouveau"}
    assert boss.post("/admin/catalog/terms/add/", asked).status_code == 302
    assert Terms.objects.filter(package=row.package, version="2.0").exists()


def test_the_price_history_is_kept(boss):
    package = Package.objects.get(code="mc-premium")
    package.price = 700
    package.save(update_fields=["price"])
    assert boss.get(f"/admin/catalog/package/{package.pk}/history/").status_code == 200
