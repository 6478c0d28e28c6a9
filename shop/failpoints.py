"""Places where a process can be made to die, so that tests see what a killed process leaves behind.

    failpoint("checkout.after_reserve")

does nothing unless FAILPOINT names it: `FAILPOINT=checkout.after_reserve:2` kills the process with SIGKILL the second
time it passes there, without a word, as a power cut would. Production and every other shop that is no demo refuse the
setting (shop/settings.py).

A name is `<use case>.<where>`; where says what is behind us and, after `before`, what is still to come:

    checkout.after_reserve                  inside place_order's transaction, stock held
    checkout.before_gateway                 order committed, the bank not called yet
    checkout.after_gateway_before_commit    the bank's page exists, its address is not written yet
    checkout.after_commit_before_response   all written, the buyer not told
    settle.after_gateway_before_commit      the bank has answered (Zarinpal: has been made to pay), nothing written
    settle.mid_apply                        inside the settling transaction, before the ledger
    settle.after_commit                     paid and booked, the caller not told
    webhook.after_insert_event              inside the inbox's transaction
    webhook.before_2xx                      kept, the bank not told
    sweep.mid_batch                         one payment asked, the others not
    refund.after_gateway_before_commit      the bank has given the money back, nothing written
    payout.after_ledger_hold                the ledger holds the money, nothing sent
    payout.after_transfer_before_record     sent, not written
    payout.mid_batch                        one stall of the batch done, the others not
"""

import os
import signal
from collections import Counter

from django.conf import settings

_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Die here when FAILPOINT says so; otherwise nothing."""
    if not settings.FAILPOINT:
        return
    wanted, _, nth = settings.FAILPOINT.partition(":")
    if name != wanted:
        return
    _passed[name] += 1
    if _passed[name] == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
