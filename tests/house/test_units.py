"""The systemd units fit what they start: commands, settings and the folders of the how-to."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

import catalog_service.settings
import ingest_service.settings

ROOT = Path(__file__).parents[2]
BINARIES = Path(sys.executable).parent
INSTALLED = "/opt/palimpsest/bin"
UNITS = {
    path.stem.removeprefix("palimpsest-"): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "docs" / "how-to" / "systemd").glob("*.service"))
}
PAGE = (ROOT / "docs" / "how-to" / "install-the-wheel.md").read_text(encoding="utf-8")
SETTINGS: dict[str, type[BaseSettings]] = {
    "catalog": catalog_service.settings.Settings,
    "ingest": ingest_service.settings.Settings,
}
# systemd's own scale from 0 (closed) to 100 (open); a unit without any protection has 96.
HIGHEST_EXPOSURE = "20"


def values(name: str, key: str) -> list[str]:
    """Every value of a key in a unit, in order."""
    return re.findall(rf"^{key}=(.*)$", UNITS[name], re.M)


def analyze(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """systemd-analyze, finished; a skip where the machine has none."""
    if not (program := shutil.which("systemd-analyze")):
        pytest.skip("this machine has no systemd-analyze")
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_there_is_a_unit_for_each_service() -> None:
    assert UNITS.keys() == SETTINGS.keys()


def test_every_line_of_a_unit_is_a_setting_a_heading_or_a_comment() -> None:
    for name, text in UNITS.items():
        strange = [line for line in text.splitlines() if line and not re.match(r"#|\[\w+\]$|[A-Z]\w+=", line)]
        assert not strange, name


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_passes_systemd(name: str, tmp_path: Path) -> None:
    copy = tmp_path / f"palimpsest-{name}.service"
    copy.write_text(UNITS[name].replace(INSTALLED, str(BINARIES)), encoding="utf-8")
    verified = analyze("verify", "--man=no", "--recursive-errors=no", copy)
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_few_privileges(name: str) -> None:
    unit = ROOT / "docs" / "how-to" / "systemd" / f"palimpsest-{name}.service"
    rated = analyze("security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", "--no-pager", unit)
    assert rated.returncode == 0, rated.stdout


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_may_write_to_its_state_folder_only(name: str) -> None:
    assert values(name, "ProtectSystem") == ["strict"]
    assert values(name, "User") == values(name, "StateDirectory") == [f"palimpsest-{name}"]
    assert values(name, "WorkingDirectory") == [f"%S/palimpsest-{name}"]
    assert not values(name, "ReadWritePaths")


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_migrates_and_starts_its_service(name: str) -> None:
    start = {"catalog": "serve", "ingest": "run"}
    assert values(name, "ExecStartPre") == [f"{INSTALLED}/{name}-service migrate up"]
    assert values(name, "ExecStart") == [f"{INSTALLED}/{name}-service {start[name]}"]


@pytest.mark.parametrize("name", UNITS)
def test_every_variable_of_a_unit_is_a_setting(name: str) -> None:
    fields = {f"{name}_{field}".upper() for field in SETTINGS[name].model_fields}
    variables = {pair.partition("=")[0] for line in values(name, "Environment") for pair in line.split()}
    # Where the standard library puts files without a name.
    assert variables - {"TMPDIR"} <= fields


def test_the_page_makes_what_the_units_name() -> None:
    for name in UNITS:
        assert f"useradd --system --no-create-home --shell /usr/sbin/nologin palimpsest-{name}" in PAGE
        [settings] = values(name, "EnvironmentFile")
        assert settings.removeprefix("-") in PAGE
    [credential] = values("ingest", "LoadCredential")
    credential_name, _, file = credential.partition(":")
    assert file in PAGE
    assert f"INGEST_TOKEN_FILE=%d/{credential_name}" in UNITS["ingest"]
