"""Where the checkpoints of the index lie."""

from pathlib import Path

import sqlalchemy as sa


def index_folder(url: sa.URL) -> Path:
    """The folder of a database's checkpoints: beside an SQLite file, else in `var` of the working directory."""
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).with_suffix(".index")
    return Path("var", f"{url.database}.index")
