"""The container files, read without an engine: each process gets its own door's secrets and no other."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def test_the_storefront_and_its_worker_know_no_way_into_the_confidential_database():
    for name in ("storefront", "storefront-worker"):
        environment = SERVICES[name]["environment"]
        assert environment["DOOR"] == "storefront"
        assert "LIVELIHOOD_DATABASE_URL" not in environment
        assert not any("OFFICE_PASSWORD" in str(value) for value in environment.values())


def test_the_office_enters_both_databases_by_its_own_role():
    for name in ("office", "office-worker"):
        environment = SERVICES[name]["environment"]
        assert environment["DOOR"] == "office"
        assert environment["LIVELIHOOD_DATABASE_URL"].startswith("postgres://office:")


def test_no_door_runs_as_the_owner():
    owners = [
        name
        for name, service in SERVICES.items()
        if "OWNER_PASSWORD" in str(service.get("environment", {}))
    ]
    assert owners == ["database", "migrate"]


def test_ports_are_open_to_this_machine_alone():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000", "127.0.0.1:8001:8000"]


def test_the_image_and_the_set_up_bring_what_papers_are_set_with():
    packages = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    for file in ("docker/web/Dockerfile", "bin/setup"):
        assert packages in (ROOT / file).read_text(), file


def test_every_file_that_is_copied_or_mounted_exists():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / "docker" / source).exists(), source
        if "build" in service:
            assert (ROOT / service["build"]["dockerfile"]).exists()
