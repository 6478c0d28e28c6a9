"""HTTP in, HTTP out."""

import socket
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from bank.counter import Answer, NoAnswerError
from bank.routes import Bank, Config, Request

LARGEST_BODY = 1_000_000


class Server(ThreadingHTTPServer):
    """Owns the bank, so that every handler reaches it."""

    daemon_threads = True
    request_queue_size = 128
    bank: Bank

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed hangs up in the middle: that is its affair."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet: two would wait for each other on a kept connection.
    wbufsize = -1
    timeout = 120

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self._send(Answer(413, b"", "text/plain"))
            return
        address = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(address.path),
            query=address.query,
            authorization=self.headers.get("Authorization", ""),
            idempotency_key=self.headers.get("Idempotency-Key", ""),
            account=self.headers.get("Stripe-Account", ""),
            content_type=self.headers.get("Content-Type", ""),
            body=self.rfile.read(int(length)),
        )
        try:
            answer = self.server.bank.answer(request)
        except NoAnswerError:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        except Exception:  # the last stop: say 500, keep serving
            traceback.print_exc()
            answer = Answer(500, b'{"error": {"type": "api_error", "message": "Internal error"}}')
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("X-Content-Type-Options", "nosniff")
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True  # the caller did not wait for the answer

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: what matters is in capture.jsonl."""


def serve(config: Config) -> None:
    """Serve until the process is ended. Prints the address once it listens."""
    server = Server((config.host, config.port), Handler)
    base_url = f"http://{config.host}:{server.server_port}"
    server.bank = Bank(config, base_url=base_url)
    print(f"sandbox bank: {base_url}", flush=True)  # noqa: T201 - the caller waits for this line
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
