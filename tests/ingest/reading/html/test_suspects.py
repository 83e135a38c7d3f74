"""A page that was sent instead of another is suspect in HTML too, by what a person sees of it."""

import pytest

from ingest_service.model import Suspect
from tests.ingest.reading.html.pages import FERRY, article


def titled(title: str, body: str) -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


BOT_WALL = titled(
    "Just a moment...",
    "<div class='main'><h1>courier.example</h1><h2>Checking if the connection is secure</h2><noscript>Enable JavaScript"
    " and cookies to continue</noscript><div>courier.example needs to review the security of your connection before"
    " proceeding.</div></div><div role='contentinfo'>Ray ID: 7a</div>",
)
LIST = titled(
    "Pardon Our Interruption",
    "<h1>Pardon Our Interruption...</h1><p>Something about your browser made us think that you are a bot:</p><ul>"
    "<li>JavaScript is off in your browser.</li><li>A plug-in of the browser prevents it.</li></ul>"
    "<p>To regain access, allow cookies.</p>",
)
NOT_FOUND = titled("404 Not Found", "<center><h1>404 Not Found</h1></center><hr><center>nginx</center>")
FRIENDLY = titled(
    "Page not found | The Courier",
    "<nav><a href=/>Home</a></nav><main><h1>Page not found</h1><p>Sorry, the page you are looking for is gone. It"
    " may have been moved or deleted.</p></main>",
)
CONSENT = titled(
    "Before you continue",
    "<div><h1>Before you continue</h1><p>We and our partners use cookies to keep this site safe and to measure it."
    "</p><p>If you consent, we also use cookies to show personal advertising.</p><div><button>Reject all</button>"
    "<button>Accept all</button></div></div>",
)
REPORT = titled("404 Not Found", f"<article><h1>404 Not Found</h1><p>{FERRY[0]}</p><button>Share</button></article>")


@pytest.mark.parametrize(
    ("page", "suspect"),
    [
        (BOT_WALL, "bot-wall"), (LIST, "bot-wall"), (NOT_FOUND, "error-page"), (FRIENDLY, "error-page"),
        (CONSENT, "error-page"), (REPORT, None),
    ],
    ids=["check", "list", "status", "friendly", "consent", "report"],
)  # fmt: skip
def test_a_page_sent_instead_of_another_is_suspect(page: str, suspect: Suspect | None) -> None:
    assert article(page).suspect == suspect
