"""A failpoint is nothing at all until a test arms it; then the process is gone without a word."""

import re
import signal
import subprocess
import sys

from django.conf import settings

from shop import failpoints
from tests.checks.tracked import ROOT, texts

PASS_THREE_TIMES = """
import django; django.setup()
from shop.failpoints import failpoint
for name in ("settle.mid_apply", "checkout.after_reserve") * 3:
    failpoint(name)
    print(name, flush=True)
"""


def passing(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PASS_THREE_TIMES],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "BAZARCHE_STATE": str(settings.STATE_DIR),
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_nobody_dies_unless_told_to() -> None:
    done = passing({})
    assert (done.returncode, done.stdout.count("\n")) == (0, 6)


def test_the_process_dies_the_nth_time_it_passes_there() -> None:
    done = passing({"FAILPOINT": "checkout.after_reserve:2"})
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split().count("checkout.after_reserve") == 1
    assert done.stdout.split().count("settle.mid_apply") == 2


def test_every_point_in_the_code_is_in_the_list() -> None:
    listed = set(
        re.findall(r"^    ([a-z_]+\.[a-z_0-9]+)  ", failpoints.__doc__ or "", re.MULTILINE)
    )
    used = {
        name
        for file, text in texts(".py")
        if file.startswith(("shop/", "vendors/", "search/"))
        for name in re.findall(r'^\s+failpoint\("([^"]+)"\)', text, re.MULTILINE)
    }
    assert used - listed == set()
