"""Shows text of documents safely beside our own: isolated from its direction, with control characters made visible.

The directional characters of Unicode (UAX #9, 2) may turn the words around them; a page shows them as their names.
"""

import re

from markupsafe import Markup, escape

# Controls without tab and line feed, the directional embeddings, overrides and isolates, and the two separators.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]")


def visible(text: str | None) -> Markup:
    """The text escaped for HTML, each hidden character as a small label with its code point ("U+202E")."""
    escaped = escape(text or "")
    return Markup(_HIDDEN.sub(_label, escaped))  # noqa: S704  Escaped in the line before.


def plain(text: str) -> str:
    """The text with the names of hidden characters in their places, for where no markup can be: "[U+202E]"."""
    return _HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def isolated(text: str | None, language: str | None = None) -> Markup:
    """A name or title of others inside a line of ours: visible, in a `bdi` element with its direction and language."""
    if language:
        return Markup('<bdi lang="{}">{}</bdi>').format(language, visible(text))
    return Markup("<bdi>{}</bdi>").format(visible(text))


def _label(match: re.Match[str]) -> str:
    return f'<span class="hidden-character">U+{ord(match[0]):04X}</span>'
