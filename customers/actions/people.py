"""People: making an account, and what they say about themselves."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from customers.models import User
from customers.refusals import Refusal


class AddressTaken(Refusal):
    """Somebody has an account with this e-mail address."""

    code = "address_taken"
    sentence = _("There is an account with this e-mail address already.")


def create_person(
    *,
    email: str,
    password: str | None = None,
    first_name: str = "",
    last_name: str = "",
    phone: str = "",
    language: str = "en",
    zone: str = "UTC",
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    """Make an account whose address counts as verified: the caller vouches for it. Without a password, by e-mail code.

    :raises AddressTaken: when the address has an account.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email,
                password,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                language=language,
                zone=zone,
                is_staff=is_staff,
                is_superuser=is_superuser,
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError as error:
        raise AddressTaken from error
    return user


def change_profile(*, by: User, first_name: str, last_name: str, phone: str, language: str, zone: str, report_mails: str) -> None:
    """Write what a person says about themselves; nobody writes it for them."""
    by.first_name, by.last_name, by.phone = first_name, last_name, phone
    by.language, by.zone, by.report_mails = language, zone, report_mails
    by.save(update_fields=["first_name", "last_name", "phone", "language", "zone", "report_mails"])


def change_account(
    *,
    user: User,
    first_name: str,
    last_name: str,
    phone: str,
    language: str,
    zone: str,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
) -> None:
    """Write what an administrator of the portal decides about an account; it counts from the person's next request on."""
    user.first_name, user.last_name, user.phone = first_name, last_name, phone
    user.language, user.zone = language, zone
    user.is_active, user.is_staff, user.is_superuser = is_active, is_staff, is_superuser
    user.save(update_fields=["first_name", "last_name", "phone", "language", "zone", "is_active", "is_staff", "is_superuser"])


def choose_language(*, by: User, language: str) -> None:
    """Remember the language of pages and mails; a language we do not speak changes nothing."""
    if language in dict(settings.LANGUAGES) and language != by.language:
        by.language = language
        by.save(update_fields=["language"])
