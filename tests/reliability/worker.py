"""Job workers under a supervisor that starts each again when it dies: `python -m tests.reliability.worker COUNT`.

Django is loaded once; each worker is a fork of it, so that a restart takes a moment. SIGUSR1 asks for fresh ones, of
which the first takes the order to die (arming.py) that lies there.
"""

import contextlib
import os
import signal
import sys
import time

import django

_children: set[int] = set()


def main() -> None:
    django.setup()
    from tests.reliability import unguarded

    unguarded.take_off(os.environ["RELIABILITY_WITHOUT"])
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGUSR1, lambda *_: _tell(signal.SIGTERM))
    count = int(sys.argv[1])
    while True:
        began = time.monotonic()
        while len(_children) < count:
            _start()
        _children.discard(os.wait()[0])
        if time.monotonic() - began < 0.2:
            time.sleep(0.2)  # those that cannot live must not take a whole core


def _start() -> None:
    """Fork a worker; no signal may reach it while it still has our handlers."""
    ours = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
    signal.pthread_sigmask(signal.SIG_BLOCK, ours)
    pid = os.fork()
    if pid == 0:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)
    else:
        _children.add(pid)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ours)
    if pid == 0:
        os._exit(_work())


def _work() -> int:
    from django.core.management import call_command

    from tests.reliability.arming import take_order

    take_order()
    call_command("procrastinate", "worker", "--queues=market", "--delete-jobs=successful")
    return 0


def _tell(with_signal: signal.Signals) -> None:
    for pid in list(_children):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, with_signal)


def _stop(*_: object) -> None:
    _tell(signal.SIGKILL)
    sys.exit(0)


if __name__ == "__main__":
    main()
