"""What somebody typed adds no header and no recipient to a mail, as the mail server receives it. Source: promises row 45

What becomes of one header stands in tests/outbox/test_headers.py and test_envelope.py; here everything goes through SMTP.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from email.utils import getaddresses

import pytest

from customers.actions.inviting import invite
from customers.models import Organisation, User
from customers.tenancy import EVERYTHING, scope
from orders.actions.placing import place_order
from orders.models import Order
from outbox.actions import BadAddress
from outbox.delivery import deliver
from tests.orders.conftest import NOW, World, made_world, world
from tests.outbox.saying import say
from tests.reliability.figures import size
from tests.sinks import Delivery, MailSink, mail_sink

__all__ = ["made_world", "mail_sink", "world"]  # fixtures

ONE_TO = pytest.mark.promise(45, "line ends, bidi and encoded words in names, title, company, e-mail: read back from the mail server")
ENDS = ["\r\n", "\n", "\r", "\r\n ", "\n\t", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "%0d%0a", "\\r\\n", "嘊嘍"]
LINES = [
    "Bcc: eve@evil.example",
    "To: eve@evil.example",
    "X-Evil: 1",
    "Content-Type: text/html\r\n\r\n<b>x",
    "\r\n.\r\nMAIL FROM:<eve@evil.example>",
]
OTHERS = [
    "=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=", "=?utf-8?b?eA0KQmNjOiBldmVAZXZpbC5leGFtcGxl?=", "\u202egro.live\u202c", "\u2066x\u2069",
    "x, eve@evil.example", "x <eve@evil.example>", '"x" <eve@evil.example>', "x; eve@evil.example", "(x) eve@evil.example",
]  # fmt: skip
TYPED = [f"Acme{end}{line}" for line in LINES for end in ENDS] + OTHERS
AN_HOUR = timedelta(hours=1)
CHOSEN = TYPED[:: size(16, 1)]
WRITTEN_BY_US = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding",
}  # fmt: skip


def faults_of(delivery: Delivery, to: str) -> list[str]:
    """What is wrong with a mail, read as a server reads it: the lines before the first empty one."""
    head = delivery.raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("ascii")
    names = re.findall(r"^([^\s:]+):", head, flags=re.MULTILINE)
    faults = [] if delivery.recipients == [to] else [f"handed over for {delivery.recipients}"]
    faults += [f"header {name}" for name in names if name not in WRITTEN_BY_US or names.count(name) > 1]
    recipients = [address for _name, address in getaddresses(delivery.mail.get_all("To", []) + delivery.mail.get_all("Cc", []))]
    faults += [] if recipients == [to] else [f"addressed to {recipients}"]
    return faults + ([f"subject {delivery.subject!r}"] if set(delivery.subject) & set("\r\n\u202e\u2066\u2028") else [])


@ONE_TO
@pytest.mark.django_db
@pytest.mark.parametrize("typed", CHOSEN)
def test_an_order_s_mails_and_an_invitation(
    world: World, mail_sink: MailSink, typed: str, record_property: Callable[[str, int], None]
) -> None:
    """Past the forms, which would refuse most of it: the words stand in the database."""
    Organisation.objects.update(name=typed)
    User.objects.filter(pk=world.orderer.pk).update(first_name=typed[:80], last_name=typed[:80])
    draft = world.draft()
    names = {"first_name": typed[:80], "last_name": typed[:80], "company": typed[:160], "title": typed[:80]}
    Order.objects.filter(pk=draft.pk).update(**names)
    draft.refresh_from_db()
    place_order(draft, accept_terms=True, by=world.orderer, now=NOW)
    world.organisation.refresh_from_db()
    world.orderer.refresh_from_db()
    invite(organisation=world.organisation, email="new@northwind.example", role="VIEWER", by=world.orderer, now=NOW)
    deliver(clock=lambda: NOW, at_most=AN_HOUR)
    told = {recipient: faults_of(each, recipient) for each in mail_sink.deliveries for recipient in each.recipients}
    assert {"dana@northwind.example", "new@northwind.example"} <= set(told), "the control: they were written to"
    assert {recipient: faults for recipient, faults in told.items() if faults} == {}
    record_property("n", 5)  # organisation, two names, company, title
    record_property("mails", len(mail_sink.deliveries))


@ONE_TO
@pytest.mark.django_db
def test_nul_and_all_others_in_a_subject(mail_sink: MailSink, record_property: Callable[[str, int], None]) -> None:
    subjects = [*TYPED, "Acme\0Bcc: eve@evil.example", "Acme\0\r\nBcc: eve@evil.example"]
    for subject in subjects:
        say(subject=subject, text=f"{subject}\n.\n")
    while deliver(clock=lambda: NOW, at_most=AN_HOUR):
        pass
    assert len(mail_sink.deliveries) == len(subjects)
    assert [faults for each in mail_sink.deliveries if (faults := faults_of(each, "to@people.example"))] == []
    record_property("n", len(subjects))
    record_property("mails", len(subjects))


@ONE_TO
@pytest.mark.django_db
def test_an_address_is_one_plain_address_or_none(mail_sink: MailSink, record_property: Callable[[str, int], None]) -> None:
    with scope(EVERYTHING):
        addresses = [f"dana@northwind.example{typed.removeprefix('Acme')}" for typed in TYPED] + ["dana@northwind.example\0"]
        written = []
        for address in addresses:
            try:
                written.append(say(to=address).to)
            except BadAddress:
                continue
    assert [each for each in written if "evil" in each] == []
    record_property("n", len(addresses))


def test_a_mail_written_by_hand_would_be_seen() -> None:
    """The control."""
    raw = b"From: a@b.example\r\nTo: dana@northwind.example\r\nBcc: eve@evil.example\r\nSubject: x\r\n\r\nx"
    forged = Delivery("a@b.example", ["dana@northwind.example", "eve@evil.example"], raw)
    assert len(faults_of(forged, "dana@northwind.example")) == 2
