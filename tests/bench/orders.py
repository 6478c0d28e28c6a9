"""How long the panel's piles of orders take with a thousand and with a hundred thousand orders of one stall."""

import subprocess
import sys
from collections.abc import Sequence

MEASURED = "tests/walls/test_order_piles_are_flat.py"


def main(arguments: Sequence[str]) -> None:
    """Measured in a test's own database, that is gone afterwards."""
    pytest = (sys.executable, "-m", "pytest", "-q", "-s", "-m", "bench", "--durations=0")
    subprocess.run([*pytest, MEASURED, *arguments], check=True)
