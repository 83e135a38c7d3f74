"""`./dev run`: migrates both databases, starts both services, prints their addresses, and stops both together.

Each service runs in a session of its own, so the terminal does not send it Ctrl-C and this script stops both in order.
Where `setpriv` exists, the services also stop when this script is killed.
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp

import catalog_service.settings
import ingest_service.settings
from catalog_service.errors import SettingsWrong as CatalogSettingsWrong
from ingest_service.errors import SettingsWrong as IngestSettingsWrong

BINARIES = Path(sys.executable).parent
SERVICES = (("catalog-service", "serve"), ("ingest-service", "run"))
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.1
ANSWER_SECONDS = 2.0
USAGE = 2


def main() -> int:
    """Runs until Ctrl-C, SIGTERM, SIGHUP or the end of a service. Returns the exit code."""
    try:
        catalog, ingest = addresses()
    except (CatalogSettingsWrong, IngestSettingsWrong) as wrong:
        report(str(wrong))
        return USAGE
    # Each service gets the address of the other one, unless the environment already contains it.
    environment = {"INGEST_CATALOG_URL": catalog, "CATALOG_INGEST_URL": ingest, **os.environ}
    return asyncio.run(run(environment, catalog, ingest))


def addresses() -> tuple[str, str]:
    """The URLs of catalog and ingest service for clients on this machine. Raises SettingsWrong of either service."""
    catalog, ingest = catalog_service.settings.load(), ingest_service.settings.load()
    return url(catalog.host, catalog.port), url(ingest.host, ingest.port)


def url(host: str, port: int) -> str:
    """The URL of a service that is bound to `host`. A service bound to every address is reached on loopback."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 — Nothing is bound here.
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


async def run(environment: Mapping[str, str], catalog: str, ingest: str) -> int:
    """Migrates, starts and waits for the end. Returns the exit code, 0 after a signal to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    for program, _ in SERVICES:
        if code := await (await start(environment, program, "migrate", "up")).wait():
            return code
    running: dict[str, asyncio.subprocess.Process] = {}
    try:
        for program, command in SERVICES:
            running[program] = await start(environment, program, command)
        return await until_the_end(running, stop, catalog, ingest)
    finally:
        # The ingest service stops first, so that the catalog still answers its last requests.
        for process in reversed(running.values()):
            await end(process)


async def start(environment: Mapping[str, str], program: str, *arguments: str) -> asyncio.subprocess.Process:
    """Starts one command of this environment."""
    setpriv = shutil.which("setpriv")
    wrapper = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    return await asyncio.create_subprocess_exec(
        *wrapper, str(BINARIES / program), *arguments,
        env=environment, stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


async def until_the_end(
    running: Mapping[str, asyncio.subprocess.Process], stop: asyncio.Event, catalog: str, ingest: str
) -> int:
    """Waits until `stop` is set or a service ends by itself. Returns 0, or the exit code of the service (1 for 0)."""
    greeting = asyncio.create_task(greet(catalog, ingest))
    ends = {asyncio.create_task(process.wait()): program for program, process in running.items()}
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait((stopping, *ends), return_when=asyncio.FIRST_COMPLETED)
    for task in (greeting, stopping, *ends):
        task.cancel()
    dead = [(ends[task], task.result()) for task in done if task is not stopping]
    for program, code in dead:
        report(f"{program} ended by itself with exit code {code}; the reason is in its lines above")
    return max(1, *(int(code) for _, code in dead)) if dead else 0


async def greet(catalog: str, ingest: str) -> None:
    """Waits until both services are ready, then prints their addresses."""
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as client:
        for address in (catalog, ingest):
            while not await ready(client, address):  # noqa: ASYNC110 — The event is in another process.
                await asyncio.sleep(LOOK_SECONDS)
    report(
        "Palimpsest is running.",
        f"  pages   {catalog}/",
        f"  API     {catalog}/v1/documents   (described at {catalog}/docs)",
        f"  ingest  {ingest}/v1/status",
        "Ctrl-C stops both services.",
    )


async def ready(client: aiohttp.ClientSession, address: str) -> bool:
    """Whether the service at the address reports that it is ready."""
    try:
        async with client.get(f"{address}/readyz") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def end(process: asyncio.subprocess.Process) -> None:
    """Sends a service SIGTERM, and kills its whole session if it has not ended after `STOP_SECONDS`."""
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def report(*lines: str) -> None:
    """Prints lines to standard error. A terminal that was closed must not keep the services from being stopped."""
    try:
        sys.stderr.write("\n".join((*lines, "")))
        sys.stderr.flush()
    except OSError:
        return


if __name__ == "__main__":
    sys.exit(main())
