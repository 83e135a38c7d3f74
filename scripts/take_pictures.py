"""`./dev pictures`: takes pictures of all pages, with the seeds and one edit of a story, by a real browser.

The three of the README are written to docs/pictures/; every page at three widths, light and dark, to var/pictures/.
"""

import asyncio
import functools
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import aiohttp
from playwright.async_api import Browser, async_playwright

from scripts import run

ROOT = Path(__file__).parents[1]
STORY = "000_9db2ef66d9648b23.txt"
STATEMENT = "001_d8a6e55ad387dd7a.txt"
EDITS = (("from 12 to 53 soldiers", "from 12 to 57 soldiers"), ("boost security", "deepen security"))
README = ("overlap", "front", "document")
WIDTHS = (390, 900, 1440)
HEIGHT = 1000
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.1


async def main() -> int:
    """Takes all pictures. Returns the exit code."""
    chromium = shutil.which("chromium")
    if chromium is None:
        run.report("chromium is missing; on Debian or Ubuntu: apt-get install chromium")
        return 3
    with tempfile.TemporaryDirectory() as name:
        async with running(Path(name)) as catalog, aiohttp.ClientSession(catalog) as client:
            addresses = await prepared(client, Path(name) / "seeds")
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                await take(browser, catalog, addresses)
                await browser.close()
    return 0


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[str]:
    """Both services over a copy of the seeds; the URL of the catalog."""
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    environment = settings(folder)
    catalog = environment["INGEST_CATALOG_URL"]
    processes = []
    try:
        for program, command in run.SERVICES:
            await (await run.start(environment, program, "migrate", "up")).wait()
            processes.append(await run.start(environment, program, command))
        yield catalog
    finally:
        for process in reversed(processes):
            await run.end(process)


def settings(folder: Path) -> Mapping[str, str]:
    """The environment of both services, with databases in the folder and free ports."""
    catalog, ingest = free_port(), free_port()
    return {
        **os.environ,
        "INGEST_SEEDS": str(folder / "seeds"),
        "INGEST_DATABASE_URL": f"sqlite:///{folder / 'ingest.db'}",
        "CATALOG_DATABASE_URL": f"sqlite:///{folder / 'catalog.db'}",
        "CATALOG_PORT": str(catalog),
        "INGEST_PORT": str(ingest),
        "INGEST_CATALOG_URL": f"http://127.0.0.1:{catalog}",
        "CATALOG_INGEST_URL": f"http://127.0.0.1:{ingest}",
    }


def free_port() -> int:
    """A port of loopback that is free now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


async def prepared(client: aiohttp.ClientSession, seeds: Path) -> Mapping[str, str]:
    """Waits for the seeds, edits the story and waits again. Returns the address of each page by its name."""
    relations = await asked(client, "/v1/relations", lambda answer: answer["relations"])
    for version, (old, new) in enumerate(EDITS, start=2):
        text = (seeds / STORY).read_text(encoding="utf-8")
        (seeds / STORY).write_text(text.replace(old, new), encoding="utf-8")
        listed = f"/v1/documents?path={STORY}"
        await asked(client, listed, functools.partial(has_version, version))
        relations = await asked(client, "/v1/relations", lambda answer: answer["relations"])
    [relation] = relations["relations"]
    story = next(end for end in (relation["a"], relation["b"]) if end["path"] == STORY)
    document = story["document"]
    return {
        "front": "/",
        "search": "/search?q=denuclearisation",
        "document": f"/documents/{document}",
        "compare": f"/documents/{document}/compare",
        "overlap": f"/relations/{relation['id']}",
        "layers": f"/documents/{document}/layers",
        "match": "/match",
        "stories": "/stories",
        "changes": "/changes",
        "activity": "/activity",
    }


def has_version(version: int, answer: Any) -> bool:  # noqa: ANN401  JSON.
    """Whether the first of the listed documents has this version."""
    return bool(answer["documents"][0]["version"] == version)


async def asked(client: aiohttp.ClientSession, path: str, is_ready: Callable[[Any], object]) -> Any:  # noqa: ANN401  JSON.
    """The answer of the API, as soon as it is ready. Raises TimeoutError."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            try:
                async with client.get(path) as response:
                    answer = await response.json()
                    if response.status == 200 and is_ready(answer):
                        return answer
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(LOOK_SECONDS)


async def take(browser: Browser, catalog: str, addresses: Mapping[str, str]) -> None:
    """Takes a picture of every page, at each width, light and dark."""
    everything, readme = ROOT / "var" / "pictures", ROOT / "docs" / "pictures"
    for folder in (everything, readme):
        folder.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        for width in WIDTHS:
            page = await browser.new_page(
                base_url=catalog, color_scheme=scheme, viewport={"width": width, "height": HEIGHT}
            )
            for name, address in addresses.items():
                await page.goto(address)
                await page.evaluate("document.fonts.ready")
                await page.screenshot(path=everything / f"{name}-{width}-{scheme}.png")
                if name in README and (width, scheme) == (WIDTHS[-1], "light"):
                    await page.screenshot(path=readme / f"{name}.png")
            await page.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
