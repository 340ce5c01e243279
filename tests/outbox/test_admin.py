import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.tenancy import EVERYTHING, scope
from outbox.actions import record_failed, record_sent, withdraw
from outbox.models import Message, State
from tests import make
from tests.make import NOW
from tests.outbox.saying import again, say

pytestmark = pytest.mark.django_db

LIST = "/admin/outbox/message/"


@pytest.fixture
def admin(client):
    client.force_login(make.superuser())
    return client


def page_of(message):
    return reverse("admin:outbox_message_change", args=[message.pk])


def failed(**fields):
    message = say(**fields)
    record_failed([message], error="550 5.1.1 nobody here", permanent=True, now=NOW)
    return message


def send_again(client, *messages):
    chosen = {"action": "send_again", "_selected_action": [message.pk for message in messages]}
    return client.post(LIST, chosen, follow=True).content.decode()


def test_the_list_says_what_went_where_and_why_not(admin):
    failed(to="dana@northwind.example", subject="Confirmed: PR-1")
    page = admin.get(LIST).content.decode()
    for shown in ("dana@northwind.example", "Confirmed: PR-1", "Could not be sent", "550 5.1.1 nobody here"):
        assert shown in page


def test_the_list_is_filtered_by_state(admin):
    failed(subject="The failed one")
    say(subject="The waiting one")
    page = admin.get(LIST, {"state__exact": "FAILED"}).content.decode()
    assert "The failed one" in page
    assert "The waiting one" not in page


@pytest.mark.parametrize("words", ["PR-7", "dana@northwind.example"])
def test_the_search_takes_the_whole_number_or_address(admin, words):
    say(about="PR-7", to="dana@northwind.example", subject="The one")
    say(about="PR-77", to="other@northwind.example", subject="The other")
    page = admin.get(LIST, {"q": words}).content.decode()
    assert "The one" in page
    assert "The other" not in page


@pytest.mark.parametrize("column", ["about", "to"])
def test_the_search_uses_the_index(everything, column):
    """Where there is a choice: of a handful of rows PostgreSQL reads them all, so that way is closed to it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Message.objects.filter(**{f"{column}__exact": "PR-7"}).explain()
    assert f"message_by_{'order' if column == 'about' else 'recipient'}" in plan


def test_a_page_shows_the_message_in_a_frame_that_runs_nothing(admin):
    message = say(html='<p title="x">It is <script>alert(1)</script> confirmed.', subject='"Confirmed"')
    page = admin.get(page_of(message)).content.decode()
    assert "It is confirmed." in page
    assert '<iframe sandbox="" srcdoc="&lt;p title=&quot;x&quot;&gt;It is &lt;script&gt;' in page
    assert "<script>alert" not in page
    assert message.message_id.strip("<>") in page


def test_the_text_of_a_secret_is_never_shown(admin):
    message = say(secret=True, text="https://x.example/answer/tok3n/", html="<a href='https://x.example/answer/tok3n/'>")
    page = admin.get(page_of(message)).content.decode()
    assert "tok3n" not in page
    assert "carries a one-time link" in page


def test_a_failed_message_is_sent_again_by_the_button(admin):
    message = failed()
    assert "1 message will be sent again." in send_again(admin, message)
    assert again(message).state == State.QUEUED
    assert LogEntry.objects.get().object_id == str(message.pk)


def test_what_cannot_be_sent_again_says_so(admin):
    withdrawn, sent = say(subject="Moved"), say(about="PR-2")
    with scope(EVERYTHING):
        withdraw(about="PR-1", because="The order was moved.", now=NOW)
    record_sent(sent, now=NOW)
    page = send_again(admin, withdrawn, sent)
    assert "It was withdrawn because it is no longer true." in page
    assert "1 message will be sent again." in page


def test_nobody_writes_changes_or_deletes_messages_here(admin):
    message = say()
    assert admin.get(f"{LIST}add/").status_code == 403
    assert admin.post(page_of(message), {"subject": "Other"}).status_code == 403
    assert admin.post(f"{LIST}{message.pk}/delete/", {"post": "yes"}).status_code == 403
    assert again(message).subject == message.subject


def test_who_may_only_look_has_no_button(client):
    person = make.staff_user()
    person.user_permissions.add(Permission.objects.get(codename="view_message", content_type__app_label="outbox"))
    client.force_login(person)
    message = failed()
    assert "Send again" not in client.get(LIST).content.decode()
    send_again(client, message)
    assert again(message).state == State.FAILED


def test_a_customer_is_not_let_in(client):
    client.force_login(make.member())
    assert client.get(LIST).status_code in {302, 404}


def test_the_list_asks_a_fixed_number_of_questions(admin):
    organisation = make.organisation()
    for _each in range(30):
        say(organisation)
    with CaptureQueriesContext(connection) as asked:
        admin.get(LIST)
    assert len([query for query in asked if 'FROM "outbox_message"' in query["sql"]]) == 2  # how many, and which
    assert len([query for query in asked if 'FROM "customers_organisation"' in query["sql"]]) <= 1
