"""The job worker under a supervisor that starts it again whenever it dies: `python -m tests.reliability.worker`.

Django is loaded once; each worker is a fork of it, so that a restart takes a moment. SIGUSR1 asks for a fresh one,
which takes its orders (arming.py) as it begins.
"""

import contextlib
import os
import signal
import sys
import time

import django

_child = 0


def main() -> None:
    django.setup()
    from tests.reliability import unguarded

    unguarded.take_off(os.environ["RELIABILITY_WITHOUT"])
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGUSR1, lambda *_: _tell(signal.SIGTERM))
    while True:
        began = time.monotonic()
        _start()
        # EINTR is retried by Python itself.
        os.waitpid(_child, 0)
        if time.monotonic() - began < 0.2:
            time.sleep(0.2)  # one that cannot live must not take a whole core


def _start() -> None:
    """Fork a worker; no signal may reach it while it still has our handlers."""
    global _child
    ours = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
    signal.pthread_sigmask(signal.SIG_BLOCK, ours)
    _child = os.fork()
    if _child == 0:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ours)
    if _child == 0:
        os._exit(_work())


def _work() -> int:
    from django.core.management import call_command

    from tests.reliability.arming import take_order

    take_order()
    call_command("procrastinate", "worker", "--queues=market", "--delete-jobs=successful")
    return 0


def _tell(with_signal: signal.Signals) -> None:
    if _child > 0:  # 0 would be the whole group
        with contextlib.suppress(ProcessLookupError):
            os.kill(_child, with_signal)


def _stop(*_: object) -> None:
    _tell(signal.SIGKILL)
    sys.exit(0)


if __name__ == "__main__":
    main()
