"""Every typing error of the usual kinds gives itself away."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from orders.numbers import ALPHABET, MalformedNumber, new_number, normalise

bodies = some.text(ALPHABET, min_size=8, max_size=8)


def plain(number: str) -> str:
    return number.removeprefix("PR").replace("-", "")


def is_accepted(text: str) -> bool:
    try:
        normalise(text)
    except MalformedNumber:
        return False
    return True


def numbers_of(body: str) -> list[str]:
    return [body + last for last in ALPHABET if is_accepted(body + last)]


def test_new_numbers_look_as_promised() -> None:
    """S34: PR-7K3M-92QX-D, without look-alikes, different each time."""
    drawn = {new_number() for _ in range(2_000)}
    assert len(drawn) == 2_000
    assert all(normalise(number) == number and len(number) == 14 for number in drawn)
    assert normalise("PR-7K3M-92QX-D") == "PR-7K3M-92QX-D"
    assert not set("0O1ILBSZU") & set(ALPHABET)
    assert set("".join(plain(number) for number in drawn)) == set(ALPHABET)


@given(bodies)
def test_each_body_has_one_check_character(body: str) -> None:
    assert len(numbers_of(body)) == 1


def test_every_pair_at_every_place_is_told_apart() -> None:
    """The sum is linear, so one error at one place is the same error whatever stands elsewhere: all are tried."""
    base = plain(new_number())
    for place in range(9):
        for wrong in ALPHABET:
            typed = base[:place] + wrong + base[place + 1 :]
            assert is_accepted(typed) is (wrong == base[place])
    for place in range(7):
        for first in ALPHABET:
            for second in ALPHABET:
                body = base[:place] + first + second + base[place + 2 : 8]
                number = numbers_of(body)[0]
                swapped = number[:place] + second + first + number[place + 2 :]
                assert is_accepted(swapped) is (first == second)


@given(bodies, some.integers(0, 8), some.sampled_from(ALPHABET))
def test_a_wrong_character_is_noticed(body: str, place: int, wrong: str) -> None:
    number = numbers_of(body)[0]
    typed = number[:place] + wrong + number[place + 1 :]
    assert is_accepted(typed) is (typed == number)


@given(bodies)
def test_swapped_neighbours_are_noticed(body: str) -> None:
    number = numbers_of(body)[0]
    for place, (first, second) in enumerate(pairwise(number)):
        typed = number[:place] + second + first + number[place + 2 :]
        assert is_accepted(typed) is (first == second)


@pytest.mark.parametrize(
    "typed",
    ["pr-7k3m-92qx-d", " PR 7K3M 92QX D ", "7K3M92QXD", "pr7k3m92qxd", "PR\u20117K3M\u201192QX\u2011D", "7k3m 9zqx d\n", "PR_7K3M_92QX_D"],
)
def test_usual_ways_of_typing(typed: str) -> None:
    """S45: lower case, spaces, missing dashes and a letter for its digit are no reason to refuse."""
    assert normalise(typed) == "PR-7K3M-92QX-D"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "PR",
        "PR-7K3M-92QX",
        "PR-7K3M-92QX-D2",
        "PR-7K3M-92QX-E",
        "PR-7K3M-92Q0-D",
        "PR-7K3M-92QX-D" * 20,
        "PR-7K3M-92Q\u0663-D",
        "\0" * 99,
    ],
)
def test_other_texts_are_refused(typed: str) -> None:
    with pytest.raises(MalformedNumber):
        normalise(typed)


@given(some.text())
def test_any_text_is_answered(typed: str) -> None:
    if is_accepted(typed):
        assert normalise(normalise(typed)) == normalise(typed)
