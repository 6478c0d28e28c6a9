"""Settings are read in one file, and .env.example tells of each."""

import re

from tests.checks.tracked import ROOT, texts

# A process is told these by its supervisor or its tool, not by an operator's file.
READS_ENVIRONMENT = {
    "bank/__main__.py",  # shares no settings with us
    "manage.py",
    "shop/postgres.py",  # the embedded server’s own child processes
    "shop/settings.py",
    "shop/supervisor.py",
    "shop/management/commands/serve.py",
}


def test_the_example_names_every_setting() -> None:
    settings = (ROOT / "shop/settings.py").read_text()
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', settings))
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read - named == set()
    assert named - read - {"PRODUCTION", "SECRET_KEY", "STRIPE_WEBHOOK_SECRET"} == set()


def test_the_environment_is_read_in_the_settings_alone() -> None:
    reading = re.compile(r"os\.environ\b|os\.getenv\b")
    readers = {
        name
        for name, text in texts(".py")
        if reading.search(text) and not name.startswith(("tests/", "bank/"))
    }
    assert readers - READS_ENVIRONMENT - {"shop/wsgi.py"} == set()
