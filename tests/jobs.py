"""Runs the waiting background jobs as a worker does, until none is left."""

import asyncio

from procrastinate.contrib.django import app

from shop.jobs import MARKET


def run_jobs(*queues: str) -> None:
    """For tests with `transaction=True`: the worker has a connection of its own."""
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
