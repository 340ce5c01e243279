"""Many askers at once, on real connections: nobody is ever booked twice, nobody deadlocks, and without the guards the test sees it."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import pytest
from django.db import DatabaseError, connection, transaction

from scheduling import actions, queries
from scheduling.models import Booking
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db(transaction=True)

TEN = datetime(2027, 3, 8, 10, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OVERLAPS = """
SELECT count(*) FROM scheduling_booking a JOIN scheduling_booking b
ON a.staff_id = b.staff_id AND a.id < b.id AND a.start_at < b.end_at AND b.start_at < a.end_at
WHERE NOT (a.state = 'RELEASED') AND NOT (b.state = 'RELEASED')
"""
CONSTRAINT = "booking_no_staff_twice_at_once"


def overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return cursor.fetchone()[0]


def race(*runners: Callable[[], object]) -> Counter[str]:
    """Start all at the same moment, each on a connection of its own; count what became of them."""
    barrier = Barrier(len(runners))

    def run(runner: Callable[[], object]) -> str:
        try:
            with connection.cursor():  # connect before the start
                barrier.wait(timeout=60)
            runner()
        except (actions.NobodyFree, actions.HoldGone) as refusal:
            return refusal.code
        except DatabaseError as error:
            return f"{type(error.__cause__).__name__}: {error}"
        else:
            return "won"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(runners)) as pool:
        return Counter(pool.map(run, runners))


def holder(reference: str, need=None, **options) -> Callable[[], object]:
    return lambda: actions.hold(need or make.need(TEN), reference=reference, now=NOW, until=NOW + 15 * MINUTE, **options)


def test_fifty_ask_for_the_last_free_person():
    """Row 1 of the promises."""
    make.staff_member()
    assert race(*(holder(f"asker-{n}") for n in range(50))) == {"won": 1, "nobody_free": 49}
    assert overlaps() == 0
    assert Booking.objects.count() == 1


def test_a_booking_is_given_away_while_both_people_are_booked_for_something_else():
    """An appointment takes the time of one after the other, by id; whoever gives away locks who leaves too, in the same order."""
    one, other = make.staff_member(), make.staff_member()
    actions.book("order", need=make.need(TEN), now=NOW, prefer=one.pk)
    begun = Event()

    def appointment():
        with transaction.atomic():
            actions.book("appointment-1", need=make.need(TEN + 5 * HOUR), now=NOW, prefer=one.pk)
            begun.set()
            time.sleep(0.5)  # the other side gets as far as it can
            actions.book("appointment-2", need=make.need(TEN + 5 * HOUR), now=NOW, prefer=other.pk)

    def give_away():
        begun.wait(timeout=60)
        actions.reassign(actions.Change("order", make.need(TEN), to=other.pk), now=NOW)

    assert race(appointment, give_away) == {"won": 2}
    assert overlaps() == 0


def test_fifty_ask_for_thirty_free_people():
    for _ in range(30):
        make.staff_member()
    assert race(*(holder(f"asker-{n}") for n in range(50))) == {"won": 30, "nobody_free": 20}
    assert Booking.objects.values("staff").distinct().count() == 30


def test_hundreds_of_overlapping_wishes():
    """Row 2 of the promises: random starts and lengths, ten producers; some book, move or give back at once."""
    chance = random.Random(7)
    for _ in range(10):
        make.staff_member()

    def one(n: int) -> Callable[[], object]:
        starts = [TEN + chance.randrange(0, 8 * 24 * 4) * 15 * MINUTE for _ in range(2)]
        needs = [make.need(start, chance.choice([0.5, 1, 2, 4]), days=chance.choice([1, 1, 3])) for start in starts]
        return lambda: wish(f"wish-{n}", *needs, n % 3)

    def wish(reference: str, need, other, then: int) -> None:
        holder(reference, need)()
        actions.book(reference, need=need, now=NOW)
        if then == 1:
            holder(f"{reference}-move", other, ignoring=[reference])()
            actions.swap(reference, f"{reference}-move", now=NOW)
        if then == 2:
            actions.release(reference, now=NOW)

    ended: Counter[str] = Counter()
    for batch in range(0, 160, 20):
        ended += race(*(one(n) for n in range(batch, batch + 20)))
    assert set(ended) <= {"won", "nobody_free"}
    assert ended["won"] > 20
    assert overlaps() == 0


def test_expired_holds_are_taken_over_while_they_are_confirmed_and_tidied():
    """At the very moment a hold ends, its owner, the next asker and the beat meet."""
    make.staff_member()
    later = NOW + 15 * MINUTE
    for n in range(15):
        Booking.objects.all().delete()
        holder("old")()
        ended = race(
            lambda: actions.book("old", need=make.need(TEN), now=later - MINUTE),
            lambda: actions.hold(make.need(TEN), reference="new", now=later, until=later + HOUR),
            lambda: actions.expire_holds(now=later),
        )
        assert set(ended) <= {"won", "nobody_free", "hold_gone"}, n
        assert overlaps() == 0


def test_two_who_exchange_their_people_do_not_wait_in_a_circle():
    first, second = make.staff_member(), make.staff_member()
    for n in range(10):
        Booking.objects.all().delete()
        for reference, staff in (("one", first), ("two", second)):
            holder(reference, prefer=staff.pk)()
            actions.book(reference, need=make.need(TEN), now=NOW)
        later = make.need(TEN + HOUR)

        def move(reference: str, to: int, later=later) -> None:
            with transaction.atomic():
                holder(f"{reference}-move", later, prefer=to, ignoring=[reference])()
                actions.swap(reference, f"{reference}-move", now=NOW)

        ended = race(lambda move=move: move("one", second.pk), lambda move=move: move("two", first.pk))
        assert ended == {"won": 2}, n
        assert overlaps() == 0


def test_leave_and_booking_never_miss_each_other():
    """Whoever comes second sees the first: the person on leave is not booked, or the booking is marked."""
    staff = make.staff_member()
    for _ in range(20):
        Booking.objects.all().delete()
        staff.leaves.all().delete()
        race(holder("asker"), lambda: actions.add_leave(staff, start_at=TEN, end_at=TEN + HOUR, now=NOW))
        held = Booking.objects.exclude(state="RELEASED")
        assert all(row.needs_cover_since for row in held)
        assert not queries.free_ids(make.need(TEN), now=NOW)


@pytest.fixture
def without_constraint() -> Iterator[None]:
    """The last word taken away; and put back, which also proves that nothing bad was left."""
    constraint = next(each for each in Booking._meta.constraints if each.name == CONSTRAINT)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Booking, constraint)
    try:
        yield
    finally:
        Booking.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Booking, constraint)


@pytest.fixture
def slow_inserts() -> Iterator[None]:
    """The database takes a moment over each booking, so that everyone has looked before anyone has written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION take_a_moment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$;"
            "CREATE TRIGGER slow BEFORE INSERT ON scheduling_booking FOR EACH ROW EXECUTE FUNCTION take_a_moment()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER slow ON scheduling_booking; DROP FUNCTION take_a_moment()")


@pytest.fixture
def everyone_gets_the_lock() -> Iterator[None]:
    """A function of the same name, found first, gives the lock to whoever asks; the portal's own code runs unchanged."""
    role = connection.settings_dict["USER"]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE SCHEMA off;"
            "CREATE FUNCTION off.pg_try_advisory_xact_lock(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
            "CREATE FUNCTION off.pg_advisory_xact_lock(int, int) RETURNS void LANGUAGE sql AS '';"
            f'ALTER ROLE "{role}" SET search_path = off, pg_catalog, public'
        )
    connection.close()
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER ROLE "{role}" RESET search_path; DROP SCHEMA off CASCADE')
        connection.close()


@pytest.mark.usefixtures("without_constraint", "everyone_gets_the_lock", "slow_inserts")
def test_control_with_lock_and_constraint_off_several_win():
    """Row 3 of the promises: the race above can see the fault."""
    make.staff_member()
    assert race(*(holder(f"asker-{n}") for n in range(10)))["won"] >= 2
    assert overlaps() >= 1


@pytest.mark.usefixtures("without_constraint", "slow_inserts")
def test_the_lock_alone_keeps_to_one_winner():
    make.staff_member()
    assert race(*(holder(f"asker-{n}") for n in range(10))) == {"won": 1, "nobody_free": 9}


@pytest.mark.usefixtures("everyone_gets_the_lock", "slow_inserts")
def test_the_constraint_alone_keeps_to_one_winner():
    """Deadlocks may happen without the lock, which is why there is one; a second winner may not."""
    make.staff_member()
    assert race(*(holder(f"asker-{n}") for n in range(10)))["won"] == 1
    assert overlaps() == 0
