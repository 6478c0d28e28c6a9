"""What a killed worker was at is put back, once a minute, whatever else waits; and money goes before messages."""

from typing import Any

import pytest
from django.db import connection

from shop.jobs import MARKET, defer
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = "elsewhere"  # a queue that the worker of these tests does not serve


def a_job(status: str, *, task: str = "some.job", queueing_lock: str | None = None) -> int:
    """A job that nobody holds any more when it is `doing`: its worker is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status, queueing_lock)"
            " VALUES (%s, %s, '{}', %s, %s) RETURNING id",
            [task, ELSEWHERE, status, queueing_lock],
        )
        return int(cursor.fetchone()[0])


def statuses() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status FROM procrastinate_jobs WHERE queue_name = %s", [ELSEWHERE]
        )
        return dict(cursor.fetchall())


def rescue() -> None:
    defer("shop.jobs.rescue_stalled_jobs", timestamp=0)
    run_jobs(MARKET)


def test_a_killed_workers_job_waits_again() -> None:
    job = a_job("doing")
    rescue()
    assert statuses() == {job: "todo"}


def test_a_minutes_job_that_was_killed_makes_room_for_the_next_one_and_holds_up_nobody() -> None:
    """Two of one queueing lock cannot wait together; putting the dead one back would break the whole rescue."""
    a_job("doing", task="a.sweep", queueing_lock="sweep")
    next_sweep = a_job("todo", task="a.sweep", queueing_lock="sweep")
    other = a_job("doing")
    rescue()
    assert statuses() == {next_sweep: "todo", other: "todo"}


def test_a_rescue_that_was_killed_itself_does_not_stay() -> None:
    a_job("doing", task="shop.jobs.rescue_stalled_jobs", queueing_lock="rescue_stalled_jobs")
    rescue()
    assert statuses() == {}


@pytest.mark.parametrize(
    ("task", "arguments"),
    [
        ("shop.orders.jobs.sweep_payments", {"timestamp": 0}),
        ("shop.orders.jobs.settle_reported_payment", {"gateway": "stripe", "reference": "cs_1"}),
    ],
)
def test_payments_are_settled_before_the_messages_that_wait(
    task: str, arguments: dict[str, Any]
) -> None:
    for order_id in range(3):
        defer("shop.orders.jobs.tell_buyer_of_payment", order_id=order_id)
    defer(task, **arguments)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        cursor.execute(
            "SELECT task_name FROM procrastinate_fetch_job_v2(ARRAY[%s], %s)",
            [MARKET, cursor.fetchone()[0]],
        )
        assert cursor.fetchone() == (task,)
