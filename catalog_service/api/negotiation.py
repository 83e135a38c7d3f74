"""Content negotiation: which of the offered media types a request accepts (RFC 9110, 12.5.1)."""

from collections.abc import Sequence

from catalog_service.errors import NotAcceptable


def choose(accept: str | None, offered: Sequence[str]) -> str:
    """The offered media type with the highest quality in the Accept header; of equal ones, the first offered.

    Raises NotAcceptable when the header accepts none.
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    best = max(offered, key=lambda media_type: _quality(media_type, ranges))
    if _quality(best, ranges) <= 0:
        raise NotAcceptable(f"The answer can be {' or '.join(offered)}.", extensions={"offered": list(offered)})
    return best


def _range(part: str) -> tuple[str, float]:
    media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return media_range, float(quality)
    except ValueError:
        return media_range, 1.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality given by the most specific range that covers the media type."""
    for covering in (media_type, f"{media_type.split('/', maxsplit=1)[0]}/*", "*/*"):
        for media_range, quality in ranges:
            if media_range == covering:
                return quality
    return 0.0
