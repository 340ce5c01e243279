import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.headers import LONGEST_SUBJECT, ascii_address, is_single_address, one_line


@given(st.text(alphabet=st.characters(codec=None), max_size=400))
def test_a_subject_is_one_short_line_without_controls(text):
    line = one_line(text)
    assert len(line) <= LONGEST_SUBJECT
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\0\r\n\x1b\u202e\u2066\u200f\u2028")
    assert "=?" not in line


def test_a_subject_keeps_what_people_write():
    assert one_line("Confirmé : «Été» 日本 👩‍💻  PR-1\r\n") == "Confirmé : «Été» 日本 👩‍💻 PR-1"


def test_a_long_subject_ends_in_an_ellipsis():
    assert one_line("x" * 500) == "x" * (LONGEST_SUBJECT - 1) + "…"


@pytest.mark.parametrize("address", ["a@b.example", "o'neil+tag@b.example", "a.b@été.example"])
def test_plain_addresses(address):
    assert is_single_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b.example",
        "a@",
        "a@b.example,c@d.example",
        "a@b.example;c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\0",
        "A <a@b.example>",
        '"a, c"@b.example',
        "a@b@c.example",
        "a @b.example",
        "a@b.example(c)",
        "a\u202e@b.example",
        "a@[127.0.0.1]",
    ],
)
def test_anything_else_is_not_one_plain_address(address):
    assert not is_single_address(address)


def test_an_international_domain_is_spelled_as_servers_do():
    assert ascii_address("a@été.example") == "a@xn--t-9fab.example"
