import os
import subprocess
import sys

import pytest

from tests.fixtures_bank import ROOT


def start(tmp_path, *options, **environment):
    return subprocess.run(
        [sys.executable, "-m", "bank", "--port", "0", "--data", tmp_path, *options],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=10,
    )


@pytest.mark.parametrize(
    ("options", "environment", "reason"),
    [
        ((), {"PRODUCTION": "1"}, "PRODUCTION is set"),
        ((), {"PRODUCTION": "true"}, "PRODUCTION is set"),
        ((), {"STRIPE_API_KEY": "sk_live_x"}, "live key"),
        (("--host", "0.0.0.0"), {}, "not a loopback address"),  # noqa: S104 - it must be refused
        (("--host", "example.org"), {}, "not a loopback address"),
        (("--hook", "http://127.0.0.1:9/"), {"STRIPE_WEBHOOK_SECRET": ""}, "needs --secret"),
    ],
)
def test_it_refuses_to_start_where_it_must_not(tmp_path, options, environment, reason):
    ended = start(tmp_path, *options, **environment)
    assert ended.returncode == 1
    assert reason in ended.stderr


def test_it_imports_nothing_of_the_shop_and_no_django(tmp_path):
    code = (
        "import sys, bank.__main__;"
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'shop', 'vendors')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout.strip() == "[]"
