"""Each import contract of pyproject.toml holds on our tree, and breaks when the forbidden import is planted."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shop", "vendors", "search", "bank", "demo")
# Contract, the file that gets one more line, and the line: the nearest mistake a tired person could make.
PLANTED = {
    "halves": ("shop/orders/models/sellers.py", "import vendors.stalls.models"),
    "shop": ("shop/ledger/models.py", "import shop.orders.models"),
    "wall": ("shop/context.py", "import vendors.livelihood.models"),
    "demo": ("shop/orders/models/sellers.py", "import demo.files"),
    "bank-alone": ("bank/__main__.py", "import shop.money"),
    "bank-unknown": ("shop/orders/models/sellers.py", "import bank.store"),
    "gateways": ("shop/payments/gateways/base.py", "import shop.payments.models"),
    "pure": ("shop/money.py", "import django.conf"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("static", "locale", "__pycache__", "templates")
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint_imports(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache", *arguments],
        cwd=tree,
        capture_output=True,
        text=True,
    )


def test_every_contract_has_a_planted_import() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    assert {contract["id"] for contract in contracts} == set(PLANTED)


@pytest.mark.wall
def test_our_tree_keeps_every_contract(tree: Path) -> None:
    kept = lint_imports(tree)
    assert f"Contracts: {len(PLANTED)} kept, 0 broken." in kept.stdout, kept.stdout
    assert kept.returncode == 0


@pytest.mark.wall
@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_breaks_the_contract(tree: Path, contract: str) -> None:
    name, line = PLANTED[contract]
    file = tree / name
    before = file.read_text()
    file.write_text(f"{before}\n{line}\n")
    try:
        broken = lint_imports(tree, "--contract", contract)
    finally:
        file.write_text(before)
    assert "Contracts: 0 kept, 1 broken." in broken.stdout, broken.stdout
    assert broken.returncode == 1
