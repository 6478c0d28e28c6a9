"""Background work: one table says which news wakes which job.

A publisher names what became true as a frozen dataclass of ids in its `events.py` and calls `publish` inside the
transaction that made it true; the jobs are rows of the same transaction, so they run if it commits and never otherwise.
Delivery is at least once: every job is idempotent.
"""

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

log = logging.getLogger(__name__)

MARKET, LIVELIHOOD = "market", "livelihood"
# For jobs that ask something outside: again after 2, 4, 8 … seconds, about an hour in all.
PATIENTLY = RetryStrategy(max_attempts=11, exponential_wait=2)
# A payment must not stay unresolved behind a queue of messages about others.
MONEY_FIRST = 10
# Well above a worker's heartbeat (10 s): a living worker's job must never be taken from it.
DEAD_AFTER_SECONDS = 120

# News (class name in a publisher's events.py) → jobs, by name: a publisher imports none of its readers.
SUBSCRIBERS: dict[str, tuple[str, ...]] = {
    "OrderPaid": (
        "shop.orders.jobs.tell_buyer_of_payment",
        "vendors.stalls.jobs.tell_stalls_of_order",
    ),
    "OrderToPayAtDoor": (
        "shop.orders.jobs.tell_buyer_of_door",
        "vendors.stalls.jobs.tell_stalls_of_order",
    ),
    "RefundDecided": ("shop.orders.jobs.send_refund", "shop.orders.jobs.tell_buyer_of_refund"),
    "StallOrderSent": ("shop.orders.jobs.tell_buyer_of_parcel",),
    "MessageWritten": (
        "shop.orders.jobs.tell_buyer_of_message",
        "vendors.stalls.jobs.tell_stall_of_message",
    ),
    "PartSent": ("shop.orders.jobs.tell_buyer_of_part",),
    "StallOrderReceived": ("vendors.stalls.jobs.tell_stall_of_receipt",),
    "TrackingCodeCorrected": ("shop.orders.jobs.tell_buyer_of_code",),
    "StallOrderDeclined": ("shop.orders.jobs.tell_buyer_of_ending",),
    "StallOrderReturned": ("shop.orders.jobs.tell_buyer_of_ending",),
    "StallOrderNotTaken": ("shop.orders.jobs.tell_buyer_of_not_taken",),
    "StallOrderCancelled": (
        "shop.orders.jobs.tell_buyer_of_ending",
        "vendors.stalls.jobs.tell_stalls_of_cancelling",
    ),
    "DisputeOpened": ("vendors.stalls.jobs.tell_stalls_of_dispute",),
    "DisputeDecided": ("vendors.stalls.jobs.tell_stalls_of_decided_dispute",),
    "PaymentReported": ("shop.orders.jobs.settle_reported_payment",),
    "RefundReported": ("shop.orders.jobs.follow_reported_refund",),
    "DisputeReported": ("shop.orders.jobs.follow_reported_dispute",),
    "PayoutAccountChanged": ("vendors.settlements.jobs.tell_stall_of_account",),
    "TransferReported": ("vendors.settlements.jobs.follow_reported_transfer",),
    "TransferReleased": ("vendors.settlements.jobs.make_transfer",),
    "StallMoved": ("vendors.stalls.jobs.tell_stall_of_step",),
    "AppealAnswered": ("vendors.stalls.jobs.tell_stall_of_appeal",),
    "ProductsChanged": ("search.jobs.refresh_products",),
    "QuestionAsked": ("vendors.stalls.jobs.tell_stall_of_question",),
    "QuestionShown": ("vendors.stalls.jobs.tell_asker",),
    "QuestionRefused": ("vendors.stalls.jobs.tell_asker_of_refusal",),
    "AnswerTakenOff": ("vendors.stalls.jobs.tell_stall_of_its_answer",),
    "ReviewShown": ("vendors.stalls.jobs.tell_stall_of_review",),
    "PhotoAdded": ("vendors.stalls.jobs.make_photo_sizes",),
    "PhotosGone": ("vendors.stalls.jobs.forget_gone_photos",),
}


def publish(event: "DataclassInstance") -> None:
    """Defer one job for each reader of this news, in the caller's transaction."""
    for job in SUBSCRIBERS[type(event).__name__]:
        defer(job, **asdict(event))


def defer(job: str, *, queue: str = MARKET, **arguments: Any) -> None:
    """Defer a job by name; its package need not be loaded in this process."""
    app.configure_task(job, allow_unknown=True, queue=queue).defer(**arguments)


@app.periodic(cron="* * * * *")
@app.task(queue=MARKET, queueing_lock="rescue_stalled_jobs", pass_context=True)
async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Put back what a killed worker was at; jobs are idempotent, so beginning again is safe.

    A job with a queueing lock is one of each minute: the next one does its work, and two may not wait together.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        if job.id == context.job.id:
            continue
        try:
            if job.queueing_lock:
                await manager.finish_job(job, Status.FAILED, delete_job=True)
            else:
                await manager.retry_job(job)
        except ConnectorException as refused:
            # It ended meanwhile: its worker lived after all. The others must not wait for the next minute.
            log.warning("job.not_rescued job=%s error=%s", job.id, refused.__cause__)
