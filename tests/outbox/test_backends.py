import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction
from django.utils import translation

from outbox.actions import BadAddress
from outbox.models import AccountMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _outbox(settings):
    """pytest-django puts a backend of its own in place."""
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"


def test_djangos_mail_becomes_a_row():
    with translation.override("fr"):
        assert send_mail("Code\u202e", "123456", None, ["a@b.example"], html_message="<b>123456") == 1
    message = AccountMessage.objects.get()
    assert (message.to, message.language, message.subject, message.text, message.html) == (
        "a@b.example",
        "fr",
        "Code",
        "123456",
        "<b>123456",
    )


def test_each_recipient_gets_a_mail_of_their_own():
    EmailMessage("Code", "123456", to=["a@b.example"], cc=["c@d.example"], bcc=["e@f.example"]).send()
    assert sorted(AccountMessage.objects.values_list("to", flat=True)) == ["a@b.example", "c@d.example", "e@f.example"]
    assert AccountMessage.objects.values("message_id").distinct().count() == 3


def test_the_mail_goes_with_the_transaction():
    with transaction.atomic():
        send_mail("Code", "123456", None, ["a@b.example"])
        transaction.set_rollback(True)
    assert not AccountMessage.objects.exists()


def test_attachments_have_no_place_here():
    mail = EmailMultiAlternatives("Code", "123456", to=["a@b.example"])
    mail.attach("a.txt", "a")
    with pytest.raises(ValueError, match="no attachments"):
        mail.send()


def test_two_addresses_in_one_are_refused():
    with pytest.raises(BadAddress):
        send_mail("Code", "123456", None, ["a@b.example, c@d.example"])
