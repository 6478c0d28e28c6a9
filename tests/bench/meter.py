"""What a request costs the process that answers it. The same wrapper stands around both contestants."""

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from django.db import connections

CPU_HEADER, SQL_HEADER = "X-Bench-Cpu-Us", "X-Bench-Sql"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Counter:
    """Counts statements; BEGIN, COMMIT and savepoints are not statements of the application."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql:
            self.statements += 1
        return execute(sql, params, many, context)


def metered(application: Application) -> Application:
    """The application, which now says in two headers what the answer cost: CPU of its thread, and statements."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        counter, started = Counter(), {}

        def hold(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            started["status"], started["headers"] = status, headers

        before = time.thread_time_ns()
        with ExitStack() as wrappers:
            for connection in connections.all():
                wrappers.enter_context(connection.execute_wrapper(counter))
            response = application(environ, hold)
            body = b"".join(response)
            close = getattr(response, "close", None)
            if close is not None:
                close()
        cost = (time.thread_time_ns() - before) // 1000
        headers = [
            *started["headers"],
            (CPU_HEADER, str(cost)),
            (SQL_HEADER, str(counter.statements)),
        ]
        start_response(started["status"], headers)
        return [body]

    return answer
