"""Counting tries in PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from customers.models import CacheEntry, RateCount
from customers.tasks import forget_expired
from customers.throttle import forget_counts, seconds_until_free, too_many
from tests.make import NOW


def test_the_limit_is_the_last_try_that_is_let_through(db):
    assert [too_many("a", 3, 60, NOW) for _ in range(5)] == [False, False, False, True, True]
    assert not too_many("b", 3, 60, NOW)


def test_the_span_begins_with_the_first_try_and_tries_do_not_extend_it(db):
    for seconds in (0, 30, 59):
        too_many("a", 1, 60, NOW + timedelta(seconds=seconds))
    assert seconds_until_free("a", NOW + timedelta(seconds=59)) == 1
    assert not too_many("a", 1, 60, NOW + timedelta(seconds=60))
    assert seconds_until_free("a", NOW + timedelta(seconds=60)) == 60
    assert seconds_until_free("never tried", NOW) == 0


def test_what_is_counted_cannot_be_read_from_the_table(db):
    too_many("find:dana@northwind.example", 5, 60, NOW)
    assert "dana" not in RateCount.objects.get().key


def test_concurrent_tries_are_all_counted(transactional_db):
    def one_try(_number: int) -> bool:
        try:
            with transaction.atomic():
                return too_many("a", 5, 60, NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        refused = list(pool.map(one_try, range(40)))
    assert refused.count(False) == 5


def test_expired_counts_are_forgotten_and_live_ones_are_not(db):
    too_many("old", 5, 60, NOW - timedelta(minutes=1))
    too_many("live", 5, 60, NOW)
    assert forget_counts(now=NOW) == 1
    assert RateCount.objects.count() == 1


def test_the_task_tidies_twice_without_harm(db):
    CacheEntry.objects.create(cache_key="k", value="v", expires=NOW.replace(year=2020))
    too_many("old", 5, 60, NOW.replace(year=2020))
    forget_expired()
    forget_expired()
    assert not CacheEntry.objects.exists()
    assert not RateCount.objects.exists()


@pytest.mark.urls("tests.customers.urls")
def test_a_refusal_that_answers_keeps_its_count(client, db):
    assert [client.get("/t/tries/").status_code for _ in range(3)] == [200, 200, 429]
