"""The ingest service, killed when it begins to judge articles.

Run as a program with the command of the service as its arguments.
"""

import os
import signal
import sys

from sqlalchemy.orm import Session

from ingest_service.cli import commands
from ingest_service.judging.judge import Judge


def die(_judge: Judge, _session: Session, _most: int) -> int:
    """Kills this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("the signal ends the process")


# The processes that read files load this module too.
if __name__ == "__main__":
    Judge.judge = die  # type: ignore[method-assign, assignment]  # The fault.
    sys.argv = sys.argv[1:]
    commands.main()
