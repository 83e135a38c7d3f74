"""The wheel, installed outside the checkout, migrates both databases and does the main job."""

import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

import catalog_service.store.schema
import ingest_service.store.schema
from catalog_service.release import RELEASE
from tests import postgres
from tests.system import texts
from tests.system.house import QUICK, Service, until

ROOT = Path(__file__).parents[2]
UV = ROOT / ".tools" / "bin" / "uv"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
# The longest steps of a scenario: pip downloads and installs every dependency.
INSTALL_SECONDS = 300.0


def run(*command: str | Path, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    """The standard output of a command that must succeed."""
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def build(source: Path, target: str, folder: Path) -> Path:
    """Builds one distribution, `wheel` or `sdist`, of a source tree into a new folder, without the network."""
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder, cwd=source)
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of the checkout."""
    return build(ROOT, "sdist", tmp_path_factory.mktemp("dist") / "sdist")


@pytest.fixture(scope="module")
def wheel(sdist: Path) -> Path:
    """The wheel as a release builds it: from the source distribution."""
    folder = sdist.parents[1]
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return build(folder / sdist.name.removesuffix(".tar.gz"), "wheel", folder / "wheel")


@dataclass(frozen=True, slots=True)
class Installation:
    """An environment outside the checkout with the wheel in it."""

    folder: Path

    @property
    def binaries(self) -> Path:
        """The folder of its commands."""
        return self.folder / "bin"


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in an environment that borrows its dependencies from this one, under a path that is hard to quote."""
    made = Installation(tmp_path_factory.mktemp("installed") / "100% nóvy %(here)s")
    run(UV, "venv", "--quiet", "--offline", "--python", sys.executable, made.folder, cwd=ROOT)
    run(UV, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", made.folder, wheel, cwd=ROOT)
    # A path that a .pth file adds is searched last. The .pth files in it are not read; one of them is the checkout's.
    [packages] = made.folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return made


@dataclass(frozen=True, slots=True)
class Deployment:
    """Both services of an installation, on databases and a folder of their own."""

    installation: Installation
    folder: Path
    environment: Mapping[str, str]

    def command(self, program: str, *arguments: str) -> str:
        """The output of one command of the installation."""
        return run(self.installation.binaries / program, *arguments, cwd=self.folder, environment=self.environment)

    def service(self, program: str, subcommand: str, url: str) -> Service:
        """A service of the installation, not started yet."""
        journal = self.folder / "journal"
        return Service(
            (program, subcommand), self.environment[url], self.environment, journal, self.installation.binaries
        )


def deployment(installation: Installation, folder: Path, catalog: str, ingest: str) -> Deployment:
    """A deployment that watches `folder`/seeds and uses two databases that are given by URL."""
    (folder / "seeds").mkdir()
    ports = {"CATALOG_PORT": str(postgres.free_port()), "INGEST_PORT": str(postgres.free_port())}
    environment = {
        "PATH": "/usr/bin:/bin",
        "CATALOG_DATABASE_URL": catalog,
        "INGEST_DATABASE_URL": ingest,
        "INGEST_SEEDS": str(folder / "seeds"),
        "INGEST_CATALOG_URL": f"http://127.0.0.1:{ports['CATALOG_PORT']}",
        "CATALOG_INGEST_URL": f"http://127.0.0.1:{ports['INGEST_PORT']}",
        **ports,
        **QUICK,
    }
    return Deployment(installation, folder, environment)


def sqlite_urls(folder: Path) -> tuple[str, str]:
    """The URLs of two SQLite databases, catalog and ingest, that do not exist yet."""
    return f"sqlite:///{folder}/catalog.db", f"sqlite:///{folder}/ingest.db"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The URLs of two empty databases, catalog and ingest."""
    if request.param == "sqlite":
        yield sqlite_urls(tmp_path)
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    catalog, ingest = server.create(), server.create()
    yield written(catalog), written(ingest)
    for url in (catalog, ingest):
        server.drop(url)


def written(url: sqlalchemy.URL) -> str:
    """A URL of PostgreSQL as a user writes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def do_the_main_job(deployed: Deployment) -> None:
    """Migrates both databases, starts both services, drops a file and finds its document and its words over HTTP."""
    for program in ("catalog-service", "ingest-service"):
        deployed.command(program, "migrate", "up")
    catalog = deployed.service("catalog-service", "serve", "INGEST_CATALOG_URL")
    ingest = deployed.service("ingest-service", "run", "CATALOG_INGEST_URL")
    try:
        for service in (catalog, ingest):
            service.start()
        for service in (catalog, ingest):
            until(service.ready, f"{service.command[0]}; it wrote: {service.output()}")
        (deployed.folder / "seeds" / "harbour.txt").write_text(texts.HARBOUR, encoding="utf-8")
        until(lambda: paths(catalog.get("/v1/documents").json["documents"]) == ["harbour.txt"], "the document")
        hits = catalog.get("/v1/search?q=harbour").json["hits"]
        assert paths([hit["document"] for hit in hits]) == ["harbour.txt"]
        assert catalog.get("/").status == 200
        assert catalog.get("/version").json == {"name": "palimpsest-catalog", "version": RELEASE}
    finally:
        codes = [service.stop() for service in (ingest, catalog) if service.process]
    assert codes == [0, 0]


def paths(documents: list[dict[str, Any]]) -> list[str]:
    """The paths of documents."""
    return [document["path"] for document in documents]


def test_the_wheel_of_the_source_distribution_is_that_of_the_checkout(wheel: Path, tmp_path: Path) -> None:
    assert contents(wheel) == contents(build(ROOT, "wheel", tmp_path / "wheel"))


def contents(wheel: Path) -> dict[str, int]:
    """The files of a wheel, each with the checksum of its bytes."""
    with zipfile.ZipFile(wheel) as archive:
        return {member.filename: member.CRC for member in archive.infolist()}


def test_the_wheel_brings_its_two_packages_and_nothing_else(wheel: Path) -> None:
    roots = {name.partition("/")[0] for name in contents(wheel)}
    assert roots == {"catalog_service", "ingest_service", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}


@pytest.mark.parametrize("service", ["catalog", "ingest"])
def test_the_wheel_brings_every_migration(wheel: Path, service: str) -> None:
    migrations = ROOT / "migrations" / service
    files = {
        path.relative_to(migrations).as_posix() for path in migrations.rglob("*") if path.suffix in {".py", ".mako"}
    }
    prefix = f"{service}_service/migrations/"
    assert {name.removeprefix(prefix) for name in contents(wheel) if name.startswith(prefix)} == files


def test_a_checkout_migrates_with_the_files_of_the_checkout() -> None:
    assert catalog_service.store.schema.migrations() == ROOT / "migrations" / "catalog"
    assert ingest_service.store.schema.migrations() == ROOT / "migrations" / "ingest"


def test_the_installed_wheel_does_the_main_job(
    installation: Installation, database_urls: tuple[str, str], tmp_path: Path
) -> None:
    statement = "import catalog_service, ingest_service; print(catalog_service.__file__, ingest_service.__file__)"
    imported = run(installation.binaries / "python", "-c", statement, cwd=tmp_path)
    assert imported.count(str(installation.folder)) == 2
    do_the_main_job(deployment(installation, tmp_path, *database_urls))


@pytest.mark.scenario
@pytest.mark.timeout(900)
@pytest.mark.postgres
@pytest.mark.parametrize("version", PYTHONS)
def test_a_wheel_in_an_empty_environment_does_the_main_job(
    version: str, wheel: Path, tmp_path: Path, postgres_server: postgres.Server
) -> None:
    python = interpreter(version)
    requirements = tmp_path / "requirements.txt"
    run(
        UV, "export", "--quiet", "--frozen", "--no-dev", "--extra", "postgres", "--no-emit-project", "-o", requirements,
        cwd=ROOT,
    )  # fmt: skip
    installation = Installation(tmp_path / "installed")
    run(python, "-m", "venv", installation.folder, cwd=tmp_path)
    pip: list[str | Path] = [installation.binaries / "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--only-binary", ":all:", "--require-hashes", "-r", requirements, cwd=tmp_path)
    run(*pip, "--no-deps", wheel, cwd=tmp_path)

    (tmp_path / "sqlite").mkdir()
    do_the_main_job(deployment(installation, tmp_path / "sqlite", *sqlite_urls(tmp_path)))
    (tmp_path / "postgres").mkdir()
    catalog, ingest = postgres_server.create(), postgres_server.create()
    do_the_main_job(deployment(installation, tmp_path / "postgres", written(catalog), written(ingest)))
    for url in (catalog, ingest):
        postgres_server.drop(url)


def interpreter(version: str) -> str:
    """An interpreter of a Python version; a skip where the machine has none."""
    program = shutil.which(f"python{version}")
    # A shim of pyenv is there for every version, and fails when another one is chosen.
    if not program or subprocess.run([program, "-c", "import venv"], capture_output=True, check=False).returncode:
        pytest.skip(f"this machine has no python{version}")
    return program
