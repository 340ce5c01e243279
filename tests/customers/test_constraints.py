"""Each rule that the database keeps, by its name."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from customers.actions.members import LastAdministrator, remove_member
from customers.models import ApiKey, CalendarFeed, IdempotentAnswer, Invitation, Membership, Organisation, Role, Site, User
from customers.tenancy import EVERYTHING, scope
from tests import make


def kept_answer(of: Organisation) -> IdempotentAnswer:
    values = {"body_hash": "0", "status": 201, "body": b"{}", "content_type": "application/json", "created_at": make.NOW}
    return IdempotentAnswer.objects.create(organisation=of, key="k", path="/api/v1/orders/", **values)


def calendar_feed(of: Organisation | None, *, digest: str) -> CalendarFeed:
    return CalendarFeed.objects.create(organisation=of, digest=digest, created_at=make.NOW)


BREAKS: dict[str, Callable[[], object]] = {
    "user_email_is_lower_case": lambda: User.objects.create(email="Dana@x.example"),
    "user_language_is_known": lambda: make.user(language="de"),
    "user_report_mails_are_known": lambda: make.user(report_mails="DAILY"),
    "user_administrator_is_staff": lambda: make.user(is_superuser=True),
    "organisation_has_a_name": lambda: Organisation.objects.create(key="x", name=""),
    "organisation_language_is_known": lambda: make.organisation(language="de"),
    "organisation_lead_time_policy_is_known": lambda: make.organisation(lead_time_policy="NEVER"),
    "only_a_sandbox_has_its_own_clock": lambda: make.organisation(clock_ahead=timedelta(minutes=1)),
    "sandbox_clock_runs_ahead": lambda: make.organisation(is_sandbox=True, clock_ahead=timedelta(minutes=-1)),
    "site_host_name_once_per_organisation": lambda: [make.site(org, host_name="a.example") for org in [make.organisation()] * 2],
    "site_host_name_is_lower_case": lambda: make.site(host_name="A.example"),
    "site_platform_is_known": lambda: make.site(platform="FAX"),
    "site_schedule_updates_is_known": lambda: make.site(schedule_updates="NEVER"),
    "membership_once_per_person_and_organisation": lambda: [
        make.membership(org, person=person) for org, person in [(make.organisation(), make.user())] * 2
    ],
    "membership_role_is_known": lambda: make.membership(role="KING"),
    "organisation_keeps_an_administrator": lambda: make.membership(role=Role.ADMINISTRATOR).delete(),
    "invitation_one_open_per_address": lambda: [make.invitation(org, "a@b.example") for org in [make.organisation()] * 2],
    "invitation_email_is_lower_case": lambda: make.invitation(email="A@b.example"),
    "invitation_role_is_known": lambda: make.invitation(role="KING"),
    "invitation_expires_after_it_is_made": lambda: make.invitation(expires_at=make.NOW),
    "invitation_accepted_by_someone_at_some_time": lambda: make.invitation(accepted_at=make.NOW),
    "invitation_accepted_or_withdrawn": lambda: make.invitation(accepted_at=make.NOW, accepted_by=make.user(), withdrawn_at=make.NOW),
    "api_key_scopes_are_known": lambda: make.api_key(scopes=["everything"]),
    "one_kept_answer_per_key_and_path": lambda: [kept_answer(org) for org in [make.organisation()] * 2],
    "one_calendar_feed_each": lambda: [
        calendar_feed(org, digest=digest) for org, digest in zip([make.organisation()] * 2, "ab", strict=True)
    ],
    "calendar_feed_belongs_to_somebody": lambda: calendar_feed(None, digest="a"),
    "api_key_expires_after_it_is_made": lambda: make.api_key(created_at=make.NOW, expires_at=make.NOW - timedelta(days=1)),
}
KEYS_FOR_POINTERS = {"site_organisation_and_id", "membership_organisation_and_id", "api_key_organisation_and_id"}


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(everything, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BREAKS[name]()


def test_every_constraint_has_its_test():
    models = [model for model in apps.get_app_config("customers").get_models() if not model.__name__.endswith("Event")]
    named = {constraint.name for model in models for constraint in model._meta.constraints}
    named |= {"organisation_keeps_an_administrator"}
    assert named == set(BREAKS) | KEYS_FOR_POINTERS


def test_a_key_without_any_scope_is_refused(everything):
    with pytest.raises(IntegrityError, match="api_key_scopes_are_known"), transaction.atomic():
        ApiKey.objects.filter(pk=make.api_key()[0].pk).update(scopes=[])


@pytest.mark.parametrize("change", [{"role": Role.VIEWER}, {"organisation": "another"}])
def test_bulk_changes_cannot_take_the_last_administrator_either(everything, change):
    member = make.membership(role=Role.ADMINISTRATOR)
    values = {"organisation": make.organisation()} if "organisation" in change else change
    with pytest.raises(IntegrityError, match="organisation_keeps_an_administrator"), transaction.atomic():
        Membership.objects.filter(pk=member.pk).update(**values)


def test_another_administrator_lets_one_go(everything):
    first = make.membership(role=Role.ADMINISTRATOR)
    make.membership(first.organisation, Role.ADMINISTRATOR)
    remove_member(membership=first)
    assert Membership.objects.filter(organisation=first.organisation).count() == 1


@pytest.mark.parametrize("by_action", [True, False], ids=["by the action", "by raw deletes"])
def test_two_administrators_who_remove_each_other_at_once_leave_one(transactional_db, by_action):
    organisation = make.organisation()
    both = [make.membership(organisation, Role.ADMINISTRATOR) for _ in range(2)]
    start = Barrier(2)

    def leave(membership: Membership) -> str:
        try:
            with scope(EVERYTHING):
                start.wait()
                if by_action:
                    remove_member(membership=membership)
                else:
                    Membership.objects.filter(pk=membership.pk).delete()
        except (LastAdministrator, DatabaseError) as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "gone"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(leave, both))
    assert outcomes == (["LastAdministrator", "gone"] if by_action else ["IntegrityError", "gone"])
    with scope(EVERYTHING):
        assert Membership.objects.filter(organisation=organisation).count() == 1


@pytest.mark.promise(54, "the history refuses a change and a deletion")
def test_history_cannot_be_changed_or_deleted(everything):
    site = make.site()
    for doing in (lambda: site.events.update(host_name="forged.example"), lambda: site.events.all().delete()):
        with pytest.raises(DatabaseError, match=r"append_only|append-only|Cannot"), transaction.atomic():
            doing()
    assert site.events.count() == 1


def test_history_keeps_no_address_name_or_secret():
    from customers import models

    columns = {
        field.name
        for model in apps.get_app_config("customers").get_models()
        if model.__name__.endswith("Event") and model._meta.label not in {"customers.OrganisationEvent", "customers.SiteEvent"}
        for field in model._meta.local_fields
    }
    assert not columns & {"email", "first_name", "last_name", "phone", "password", "digest", "last_used_at"}
    assert models.Invitation not in {getattr(model, "pgh_tracked_model", None) for model in apps.get_models()}


def test_who_wrote_something_cannot_be_deleted(everything):
    invitation = make.invitation()
    with pytest.raises(IntegrityError):
        invitation.invited_by.delete()
    assert Invitation.objects.filter(pk=invitation.pk).exists()
    assert Site.objects.count() == 0
