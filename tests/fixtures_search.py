"""A real Elasticsearch for the tests: the one of ELASTICSEARCH_URL, or the assembled server on a free port."""

import http.client
import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from search import index, queries
from search.breaker import Breaker
from tests.fixtures_bank import free_port

SERVER = Path(__file__).resolve().parent.parent / "docker" / "elasticsearch"
SECONDS_TO_START = 60


class SearchServer:
    """The assembled server as a process of its own, to be stopped and started by a test."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        log = self.data.parent / "server.log"
        command = [
            SERVER / "run.sh",
            f"-Ehttp.port={self.port}",
            f"-Etransport.port={free_port()}",
            f"-Epath.data={self.data}",
        ]
        with log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            assert time.monotonic() < deadline, f"the server does not start, see {log}"
            assert self.process.poll() is None, f"the server stopped, see {log}"
            time.sleep(0.2)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


def needs_the_server() -> None:
    if not (SERVER / "home" / "sources.sha256").exists():
        pytest.skip("Elasticsearch is not assembled here (docker/elasticsearch/build.sh)")


@pytest.fixture(scope="session")
def elasticsearch_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server, shared by all tests of this process."""
    if url := os.environ.get("ELASTICSEARCH_URL"):
        yield url
        return
    needs_the_server()
    server = SearchServer(tmp_path_factory.mktemp("elasticsearch") / "data")
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[SearchServer]:
    """A server of this test alone, which may kill it."""
    needs_the_server()
    server = SearchServer(tmp_path / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def fresh_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "breaker", Breaker())


@pytest.fixture
def search_server(elasticsearch_server: str, settings) -> Iterator[str]:
    """The shop searches on the server, in indices of this test alone."""
    settings.ELASTICSEARCH_URL = elasticsearch_server
    settings.ELASTICSEARCH_INDEX = f"test-{uuid.uuid4().hex[:8]}"
    yield elasticsearch_server
    index.drop(keep=[])


@pytest.fixture
def no_search_server(settings) -> None:
    settings.ELASTICSEARCH_URL = ""


@pytest.fixture(params=["elasticsearch", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """The test runs twice: on the server, and on PostgreSQL alone."""
    with_server = request.param == "elasticsearch"
    request.getfixturevalue("search_server" if with_server else "no_search_server")
    return request.param
