"""The Dockerfile and the compose file fit what is built from them: settings, commands, ports, versions."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic_settings import BaseSettings

import catalog_service.settings
import ingest_service.settings
from tests import compose

ROOT = compose.ROOT
BINARIES = Path(sys.executable).parent
SERVICES = compose.services()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SETTINGS: dict[str, type[BaseSettings]] = {
    "CATALOG_": catalog_service.settings.Settings,
    "INGEST_": ingest_service.settings.Settings,
}
# What the image of PostgreSQL reads.
POSTGRES_SETTINGS = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"}
ASKED_URL = re.compile(r"http://127\.0\.0\.1:(\d+)(/\w+)")


def run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command of this environment, finished."""
    command = [str(BINARIES / program), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def commands() -> set[tuple[str, ...]]:
    """Every command of ours that the compose file and the Dockerfile start, without options."""
    texts = [" ".join(service.command) for service in SERVICES.values()]
    texts += [" ".join(re.findall(r'"([^"]+)"', line)) for line in DOCKERFILE.splitlines() if line.startswith("CMD")]
    calls = re.findall(rf"(?:{'|'.join(PROJECT['scripts'])})(?: [a-z]+)+", "\n".join(texts))
    return {tuple(each.split()) for each in calls}


def test_the_dockerfile_passes_hadolint() -> None:
    done = run("hadolint", "Dockerfile")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_compose_file_fits_its_schema() -> None:
    done = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", sorted(commands()), ids=" ".join)
def test_every_command_is_one_of_ours(command: tuple[str, ...]) -> None:
    done = run(command[0], *command[1:], "--help")
    assert done.returncode == 0, done.stderr


def test_all_commands_of_the_compose_file_are_found() -> None:
    assert commands() == {
        ("catalog-service", "migrate", "up"),
        ("catalog-service", "serve"),
        ("catalog-service", "token", "create"),
        ("ingest-service", "migrate", "up"),
        ("ingest-service", "run"),
    }


@pytest.mark.parametrize("name", SERVICES)
def test_every_environment_key_is_a_setting(name: str) -> None:
    known = POSTGRES_SETTINGS if name == "postgres" else {
        f"{prefix}{field}".upper() for prefix, settings in SETTINGS.items() for field in settings.model_fields
    }  # fmt: skip
    # Where the standard library puts files without a name.
    assert SERVICES[name].environment.keys() - {"TMPDIR"} <= known


@pytest.mark.parametrize("name", compose.OURS)
def test_every_environment_loads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in SERVICES[name].environment.items():
        monkeypatch.setenv(key, value)
    for settings in SETTINGS.values():
        settings()


def test_neither_service_is_given_the_database_of_the_other() -> None:
    for name, foreign in (("catalog", "INGEST_DATABASE_URL"), ("ingest", "CATALOG_DATABASE_URL")):
        assert foreign not in SERVICES[name].environment


def test_ports_hosts_and_health_checks_fit_each_other() -> None:
    for name, prefix in (("catalog", "CATALOG"), ("ingest", "INGEST")):
        port = SERVICES[name].environment[f"{prefix}_PORT"]
        probe = ASKED_URL.search(str(SERVICES[name].whole["healthcheck"]["test"]))
        assert probe
        assert probe[1] == port
        assert probe[2] in ("/readyz", "/livez")
        assert port in re.findall(r"\d+", re.findall(r"^EXPOSE (.*)$", DOCKERFILE, re.M)[0])
    for name, key, other in (
        ("catalog", "CATALOG_INGEST_URL", "INGEST_PORT"),
        ("ingest", "INGEST_CATALOG_URL", "CATALOG_PORT"),
    ):
        url = urlsplit(SERVICES[name].environment[key])
        assert url.hostname in SERVICES
        assert str(url.port) == SERVICES[str(url.hostname)].environment[other]


def test_only_the_catalog_is_published_and_only_to_this_machine() -> None:
    published = {name: service.ports for name, service in SERVICES.items() if service.ports}
    port = SERVICES["catalog"].environment["CATALOG_PORT"]
    assert published == {"catalog": (f"127.0.0.1:{port}:{port}",)}


def test_database_urls_name_the_databases_that_are_made() -> None:
    postgres = SERVICES["postgres"]
    made = {postgres.environment["POSTGRES_DB"], *re.findall(r"CREATE DATABASE (\w+)", compose.FILE.read_text())}
    urls = [urlsplit(SERVICES["migrate"].environment[f"{prefix}DATABASE_URL"]) for prefix in SETTINGS]
    assert {url.path.strip("/") for url in urls} == made
    for url in urls:
        assert (url.hostname, url.port, url.username) == ("postgres", 5432, postgres.environment["POSTGRES_USER"])
        assert url.password == postgres.environment["POSTGRES_PASSWORD"]


def test_the_token_is_at_the_path_that_both_services_read() -> None:
    token = SERVICES["ingest"].environment["INGEST_TOKEN_FILE"]
    assert token == SERVICES["migrate"].environment["INGEST_TOKEN_FILE"]
    for name in ("migrate", "ingest"):
        mounts = [each.split(":") for each in SERVICES[name].whole["volumes"]]
        assert any(each[0] == "token" and token.startswith(f"{each[1]}/") for each in mounts)


def test_seeds_are_mounted_read_only_where_they_are_watched() -> None:
    assert f"./seeds:{SERVICES['ingest'].environment['INGEST_SEEDS']}:ro" in SERVICES["ingest"].whole["volumes"]


@pytest.mark.parametrize("name", compose.OURS)
def test_our_containers_can_write_nothing_and_become_nobody(name: str) -> None:
    whole = SERVICES[name].whole
    assert whole["read_only"] is True
    assert whole["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in whole["security_opt"]
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.M) == ["10001:10001"]


def test_every_long_running_service_has_a_health_check() -> None:
    for name in ("postgres", "catalog", "ingest"):
        assert SERVICES[name].whole["healthcheck"]["test"]


def test_images_and_tools_are_pinned_and_the_same_everywhere() -> None:
    release = PROJECT["version"].partition(".dev")[0]
    assert {SERVICES[name].image for name in compose.OURS} == {f"palimpsest:{release}"}
    assert re.fullmatch(r"postgres:\d+\.\d+-bookworm", SERVICES["postgres"].image)
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.M))
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.1[1-4]\.\d+-slim-bookworm", bases.pop())
    pinned = re.findall(r"UV_PIN=(\S+)", (ROOT / "dev").read_text(encoding="utf-8"))
    assert re.findall(r"uv==(\S+)", DOCKERFILE) == pinned


def test_what_the_image_copies_reaches_the_build() -> None:
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.M)
        for word in line.split()[:-1]
    ]  # fmt: skip
    let_in = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.M)
    assert sorted(copied) == sorted(let_in)
    assert all((ROOT / name).exists() for name in copied)
