"""Runs the waiting background jobs as a worker does, until none is left."""

import asyncio
import time

from django.db import connection
from procrastinate.contrib.django import app

from shop.jobs import MARKET


def run_jobs(*queues: str) -> None:
    """For tests with `transaction=True`: the worker has connections of its own."""
    before = _sessions()
    worker = app.with_connector(app.connector.get_worker_connector())

    async def until_idle() -> None:
        async with worker.open_async():
            await worker.run_worker_async(
                queues=list(queues) or [MARKET],
                wait=False,
                listen_notify=False,
                install_signal_handlers=False,
                delete_jobs="always",
            )

    asyncio.run(until_idle())
    # The server takes a moment to end the worker's sessions, and a test database in use cannot go.
    deadline = time.monotonic() + 5
    while _sessions() - before and time.monotonic() < deadline:
        time.sleep(0.02)


def _sessions() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return {pid for (pid,) in cursor.fetchall()}
