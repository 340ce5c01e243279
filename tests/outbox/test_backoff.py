from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.backoff import FIRST_WAIT, LONGEST_WAIT, MOST_ATTEMPTS, SPREAD, wait_before_retry


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (300, 600), (10**6, 600)])
def test_waits_double_up_to_ten_minutes(attempts, seconds):
    assert wait_before_retry(attempts, luck=0.5) == timedelta(seconds=seconds)


@given(st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_waits_stay_within_their_spread(attempts, luck):
    assert FIRST_WAIT * (1 - SPREAD) <= wait_before_retry(attempts, luck) <= LONGEST_WAIT * (1 + SPREAD)


def test_a_person_looks_after_two_days():
    total = sum((wait_before_retry(attempts, luck=0.5) for attempts in range(1, MOST_ATTEMPTS)), timedelta(0))
    assert timedelta(hours=44) < total < timedelta(hours=52)
