"""Passwords, sessions and second factors: how they are kept, and what ends them. Source: promises rows 34, 35"""

import json
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import User
from customers.sealing import SEALED_BEGINS_WITH
from tests import make

PASSWORDS = "passwords: kept by Argon2id, long ones whole, common ones refused; what begins, renews and ends a session"
FACTORS = "second factors of staff: needed, once only, limited, sealed where they are stored"
LOGIN, HOME = "/accounts/login/", "/settings/me/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW = "another long enough sentence"


@pytest.fixture
def dana(db) -> User:
    return make.member(email="dana@northwind.example", password=make.PASSWORD)


def sign_in(password: str = make.PASSWORD) -> Client:
    visitor = Client()
    visitor.post(LOGIN, {"login": "dana@northwind.example", "password": password})
    return visitor


def is_in(visitor: Client) -> bool:
    return visitor.get(HOME).status_code == 200


def one_time_code() -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


# Passwords ----------------------------------------------------------------------------------------------------------


@pytest.mark.promise(34, PASSWORDS)
def test_a_password_is_kept_by_argon2id_with_enough_memory(costly_passwords, dana):
    _none, kind, _version, how, _salt, _hash = dana.password.removeprefix("argon2").split("$")
    costs = {name: int(value) for name, value in (each.split("=") for each in how.split(","))}
    assert kind == "argon2id" and costs["m"] >= 19 * 1024 and costs["t"] >= 2 and costs["p"] >= 1


@pytest.mark.promise(34, PASSWORDS)
def test_an_older_hash_is_renewed_by_signing_in(dana):
    User.objects.filter(pk=dana.pk).update(password=make_password(make.PASSWORD, hasher="pbkdf2_sha256"))
    assert is_in(sign_in())
    dana.refresh_from_db()
    assert dana.password.startswith("argon2$argon2id$")


@pytest.mark.promise(34, PASSWORDS)
@pytest.mark.parametrize("length", [64, 128, 1000])
def test_a_long_password_counts_to_its_last_character(dana, length):
    dana.set_password(long := "Zq8 vX1nB" * 200)
    long = long[:length]
    validate_password(long, dana)
    dana.set_password(long)
    dana.save(update_fields=["password"])
    assert not is_in(sign_in(long[:-1]))
    assert is_in(sign_in(long))


@pytest.mark.promise(34, PASSWORDS)
@pytest.mark.parametrize("common", ["password1234", "qwertyuiop123", "1234567890123", "dana@northwind.example", "too short"])
def test_a_common_password_is_refused_and_nobody_is_asked(dana, common):
    """The list comes with Django; a test reaches no network."""
    with pytest.raises(ValidationError):
        validate_password(common, dana)


# Sessions -----------------------------------------------------------------------------------------------------------


@pytest.mark.promise(34, PASSWORDS)
def test_signing_in_draws_a_new_session_key(dana):
    visitor = Client()
    before = visitor.session.session_key  # begun by somebody who would like to know the key afterwards
    assert Session.objects.filter(session_key=before).exists()
    visitor.post(LOGIN, {"login": dana.email, "password": make.PASSWORD})
    assert is_in(visitor) and visitor.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.promise(34, PASSWORDS)
def test_signing_out_ends_the_session_on_our_side_too(dana):
    visitor, thief = sign_in(), Client()
    thief.cookies["session"] = visitor.cookies["session"].value
    assert is_in(thief), "the control: the copied cookie works until then"
    visitor.post("/accounts/logout/")
    assert not is_in(visitor) and not is_in(thief)


@pytest.mark.promise(34, PASSWORDS)
def test_a_new_password_ends_every_other_session(dana):
    here, elsewhere = sign_in(), sign_in()
    assert is_in(elsewhere)
    here.post("/accounts/password/change/", {"oldpassword": make.PASSWORD, "password1": NEW, "password2": NEW})
    assert is_in(here) and not is_in(elsewhere)
    assert is_in(sign_in(NEW)) and not is_in(sign_in())


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        ("en", "Password Changed", "Your password has been changed."),
        ("fr", "Mot de passe modifié", "Votre mot de passe a été modifié."),
    ],
)
def test_a_new_password_is_told_to_its_owner(dana, mailoutbox, language, subject, sentence):
    User.objects.filter(pk=dana.pk).update(language=language)
    here = sign_in()
    here.post("/accounts/password/change/", {"oldpassword": make.PASSWORD, "password1": NEW, "password2": NEW})
    (told,) = mailoutbox
    assert told.to == [dana.email]
    assert subject in told.subject
    assert sentence in told.body
    assert "UTC" in told.body and "127.0.0.1" in told.body


@pytest.mark.promise(34, PASSWORDS)
def test_who_is_switched_off_is_out_everywhere_and_stays_out(dana):
    here, elsewhere = sign_in(), sign_in()
    assert is_in(here) and is_in(elsewhere)
    User.objects.filter(pk=dana.pk).update(is_active=False)
    assert not is_in(here) and not is_in(elsewhere) and not is_in(sign_in())


@pytest.mark.promise(34, PASSWORDS)
def test_one_s_sessions_are_listed_and_can_be_ended(dana):
    here, elsewhere = sign_in(), sign_in()
    assert is_in(elsewhere)
    here.post(reverse("usersessions_list"))
    assert is_in(here) and not is_in(elsewhere)


# Second factors -----------------------------------------------------------------------------------------------------


@pytest.mark.promise(35, FACTORS)
def test_what_makes_codes_is_sealed_where_it_is_stored(dana):
    TOTP.activate(dana, SECRET)
    codes = RecoveryCodes.activate(dana).get_unused_codes()
    stored = {each.type: each.data for each in Authenticator.objects.filter(user=dana)}
    assert stored["totp"]["secret"].startswith(SEALED_BEGINS_WITH) and stored["recovery_codes"]["seed"].startswith(SEALED_BEGINS_WITH)
    assert not [secret for secret in (SECRET, *codes) if secret in json.dumps(stored)]


@pytest.mark.promise(35, FACTORS)
def test_what_was_stored_before_still_opens(dana):
    Authenticator.objects.create(user=dana, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    visitor = sign_in()
    visitor.post(reverse("mfa_authenticate"), {"code": one_time_code()})
    assert is_in(visitor)


@pytest.mark.promise(35, FACTORS)
def test_a_recovery_code_works_once(dana):
    TOTP.activate(dana, SECRET)
    code, *_others = RecoveryCodes.activate(dana).get_unused_codes()
    for may_enter in (True, False):
        visitor = sign_in()
        assert not is_in(visitor)
        visitor.post(reverse("mfa_authenticate"), {"code": code})
        assert is_in(visitor) == may_enter


@pytest.mark.promise(35, FACTORS)
def test_a_one_time_code_works_once(dana):
    TOTP.activate(dana, SECRET)
    with time_machine.travel(timezone.now(), tick=False):  # within one code's half minute
        code = one_time_code()
        for may_enter in (True, False):
            visitor = sign_in()
            visitor.post(reverse("mfa_authenticate"), {"code": code})
            assert is_in(visitor) == may_enter


@pytest.mark.promise(35, FACTORS)
def test_guessing_codes_is_limited_for_the_account_and_ends_by_itself(dana):
    TOTP.activate(dana, SECRET)
    with time_machine.travel(make.NOW, tick=False) as clock:
        for n in range(5):
            sign_in_from(n).post(reverse("mfa_authenticate"), {"code": "000000"})
        refused = sign_in_from(7)
        refused.post(reverse("mfa_authenticate"), {"code": one_time_code()})
        assert not is_in(refused)
        clock.shift(timedelta(minutes=5))
        later = sign_in_from(8)
        later.post(reverse("mfa_authenticate"), {"code": one_time_code()})
        assert is_in(later)


def sign_in_from(number: int) -> Client:
    """From an address of its own, so that the account's limit is the one that counts."""
    visitor = Client(REMOTE_ADDR=f"192.0.2.{number + 1}")
    visitor.post(LOGIN, {"login": "dana@northwind.example", "password": make.PASSWORD})
    return visitor


@pytest.mark.promise(35, FACTORS)
@pytest.mark.parametrize("page", ["/admin/", HOME, "/my-day/", "/orders/"])
def test_staff_get_nowhere_without_one(db, settings, page):
    settings.STAFF_NEED_SECOND_FACTOR = True
    staff, visitor = make.superuser(), Client()
    visitor.force_login(staff)
    assert visitor.get(page)["Location"] == reverse("mfa_index")
    TOTP.activate(staff, SECRET)
    assert visitor.get(page).get("Location") != reverse("mfa_index"), "the control"
