"""Settings come from the environment, once, and say what is wrong with them."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from ingest_service import settings
from ingest_service.errors import SettingsWrong


def test_the_collection_is_the_folder_s_own_name_unless_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INGEST_SEEDS", str(tmp_path / "wire"))
    assert settings.load().collection_name == "wire"
    monkeypatch.setenv("INGEST_COLLECTION", "agencies")
    assert settings.load().collection_name == "agencies"


def test_every_wrong_setting_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_PORT", "65536")
    monkeypatch.setenv("INGEST_DATABASE_URL", "mysql://root:hunter2@db/x")
    monkeypatch.setenv("INGEST_LIMITS__WORKERS", "0")
    with pytest.raises(SettingsWrong) as wrong:
        settings.load()
    message = str(wrong.value)
    assert "INGEST_PORT" in message
    assert "INGEST_DATABASE_URL" in message
    assert "INGEST_LIMITS__WORKERS" in message
    assert "hunter2" not in message


def test_a_postgres_url_gets_the_driver_we_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_DATABASE_URL", "postgresql://u@h/d")
    assert settings.load().database_url == "postgresql+psycopg://u@h/d"


def test_the_token_comes_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    assert settings.Settings(token_file=tmp_path / "token").publish_token() == "secret"
    assert settings.Settings(token=SecretStr("mine"), token_file=tmp_path / "token").publish_token() == "mine"
    with pytest.raises(SettingsWrong, match="INGEST_TOKEN_FILE"):
        settings.Settings(token_file=tmp_path / "none").publish_token()
