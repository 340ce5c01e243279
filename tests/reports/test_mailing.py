"""Figures by mail: who asked, when it comes on their clock, what it says, and the one click that ends it. RFC 8058"""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes

import pytest
from django.test import Client

from customers.choices import ReportMails
from customers.models import Membership, User
from customers.tenancy import EVERYTHING, scope
from engagements.models import Engagement
from orders.actions.placing import place_order
from outbox.envelope import write_mail
from outbox.models import AccountMessage
from reports.actions.counting import count_promises
from reports.actions.mailing import last_period, mail_figures, people_to_mail, token_of
from reports.periods import Period, Promises, figures_of
from tests import make
from tests.orders.conftest import NOW, World

HOUR = timedelta(hours=1)
MONDAY = datetime(2027, 3, 8, tzinfo=UTC)


def subscribed(person: User, rhythm: str = ReportMails.WEEKLY, zone: str = "UTC") -> User:
    person.report_mails, person.zone = rhythm, zone
    person.save(update_fields=["report_mails", "zone"])
    return person


def mailed(now: datetime) -> list[AccountMessage]:
    for person in people_to_mail(now=now):
        mail_figures(person, now=now)
    return list(AccountMessage.objects.order_by("pk"))


def test_it_comes_once_a_week_from_seven_on_the_reader_s_own_monday(world: World) -> None:
    dana = subscribed(world.orderer, zone="America/Montreal")
    dana.reports_mailed_on = date(2027, 3, 1)
    dana.save(update_fields=["reports_mailed_on"])
    seven = datetime(2027, 3, 8, 12, 0, tzinfo=UTC)  # in Montreal
    assert mailed(seven - timedelta(seconds=1)) == []
    assert len(mailed(seven)) == 1
    assert len(mailed(seven + 6 * 24 * HOUR)) == 1
    assert len(mailed(seven + 7 * 24 * HOUR)) == 2


def test_a_month_begins_on_its_first(world: World) -> None:
    dana = subscribed(world.orderer, ReportMails.MONTHLY)
    assert last_period(dana, datetime(2027, 1, 1, 8, tzinfo=UTC)) == Period(date(2026, 12, 1), date(2027, 1, 1), "UTC")
    assert last_period(dana, datetime(2027, 3, 31, 8, tzinfo=UTC)) == Period(date(2027, 2, 1), date(2027, 3, 1), "UTC")
    assert len(mailed(datetime(2027, 3, 31, 8, tzinfo=UTC))) == 1
    assert len(mailed(datetime(2027, 4, 1, 6, tzinfo=UTC))) == 1
    assert len(mailed(datetime(2027, 4, 1, 7, tzinfo=UTC))) == 2


def test_nobody_gets_it_unasked_or_locked_out(world: World) -> None:
    assert mailed(MONDAY + 8 * HOUR) == []
    subscribed(world.orderer)
    User.objects.update(is_active=False)
    assert mailed(MONDAY + 8 * HOUR) == []
    User.objects.update(is_active=True)
    Membership.objects.filter(user=world.orderer).delete()
    assert mailed(MONDAY + 8 * HOUR) == [], "who has left"


def test_two_workers_send_one(world: World) -> None:
    dana = subscribed(world.orderer)
    for _worker in range(2):
        mail_figures(dana, now=MONDAY + 8 * HOUR)
    assert AccountMessage.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_says_what_happened_and_what_comes(world: World, language: str) -> None:
    order = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
    assert order.engagement
    Engagement.objects.filter(pk=order.engagement.pk).update(
        starts_at=MONDAY + 30 * HOUR, ends_at=MONDAY + 31 * HOUR, title="Spring launch <b>&"
    )
    dana = subscribed(world.orderer)
    dana.language = language
    dana.save(update_fields=["language"])
    (mail,) = mailed(MONDAY + 8 * HOUR)
    assert mail.subject.startswith("Your figures, " if language == "en" else "Vos chiffres")
    assert "Spring launch <b>&" in mail.text and "Spring launch &lt;b&gt;&amp;" in mail.html
    assert ("Orders placed: 1" if language == "en" else "Commandes passées\N{NO-BREAK SPACE}: 1") in mail.text
    assert f"/unsubscribe/{token_of(dana)}/" in mail.text


def test_the_figures_are_the_reader_s_own(world: World) -> None:
    order = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
    assert order.engagement
    count_promises(now=order.engagement.ends_at + timedelta(days=30))
    week = Period(date(2027, 3, 1), date(2027, 3, 8), "UTC")
    event = Period(order.engagement.starts_at.date(), order.engagement.ends_at.date() + timedelta(days=1), "UTC")
    assert (figures_of(world.orderer, week).placed, figures_of(world.orderer, week).events) == (1, 0)
    then = figures_of(world.orderer, event)
    assert (then.placed, then.events) == (0, 1)
    assert sum(each.kept + each.late + each.broken for each in then.promises) > 0
    stranger = figures_of(make.member(), event)
    assert (stranger.placed, stranger.events) == (0, 0)
    assert {(each.kept, each.late, each.broken) for each in stranger.promises} == {(0, 0, 0)}
    assert isinstance(stranger.promises[0], Promises)


def test_mail_programs_find_the_one_click(world: World) -> None:
    dana = subscribed(world.orderer)
    (mail,) = mailed(MONDAY + 8 * HOUR)
    headers = message_from_bytes(write_mail(mail, sender="Assist <assist@example.com>", now=NOW))
    address = "".join(headers["List-Unsubscribe"].split())
    assert address.endswith(f"/unsubscribe/{token_of(dana)}/>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_post_ends_it_and_a_look_does_not(world: World, client: Client) -> None:
    dana = subscribed(world.orderer)
    address = f"/unsubscribe/{token_of(dana)}/"
    strict = Client(enforce_csrf_checks=True)
    assert "Send me no more figures" in strict.get(address).content.decode()
    dana.refresh_from_db()
    assert dana.report_mails == ReportMails.WEEKLY
    done = strict.post(address, {"List-Unsubscribe": "One-Click", "report_mails": "MONTHLY", "is_staff": "on"})
    assert "no more of these mails" in done.content.decode()
    before = User.objects.values().get(pk=dana.pk)
    assert before["report_mails"] == ReportMails.OFF and not before["is_staff"]
    assert strict.post(address).status_code == 200
    assert User.objects.values().get(pk=dana.pk) == before
    assert client.get(f"/unsubscribe/{token_of(dana)[:-1]}x/").status_code == 404


def test_the_choice_is_under_your_details(world: World, client: Client) -> None:
    client.force_login(world.orderer)
    with scope(EVERYTHING):
        world.orderer.refresh_from_db()
    page = client.get("/settings/me/").content.decode()
    assert "Every Monday" in page
    typed = {"first_name": "Dana", "last_name": "Noor", "phone": "", "language": "en", "zone": "UTC", "report_mails": "WEEKLY"}
    assert client.post("/settings/me/", typed).status_code == 302
    world.orderer.refresh_from_db()
    assert world.orderer.report_mails == ReportMails.WEEKLY
