"""Draws the pictures of docs/sameness.md from the results of judging the seeds.

./dev exec python -m scripts.draw_sameness
"""

import html
from collections.abc import Iterator
from pathlib import Path

from ingest_service import normalise, reading, sameness
from ingest_service.model import Article, Span
from ingest_service.sameness.parameters import PARAMETERS
from scripts import svg

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
STORY, STATEMENT = "000_9db2ef66d9648b23.txt", "001_d8a6e55ad387dd7a.txt"
# The altered words of the first passage, in the story and in the statement.
FRAGMENTS = ("missiles in violation of U.N. Security Council", "missiles, in violation of UN Security Council")
LEFT, INNER = 20, 720
TOP, BOTTOM, BAR = 60, 210, 24
STEP, ROW = 14.0, 22
STYLE = """
    .ground { fill: #fffdf8; }
    .text { fill: #f6f3ec; stroke: #6b5d45; }
    .print { stroke: #c9bfae; stroke-width: 1; }
    .met { stroke: #6b5d45; stroke-width: 1.5; }
    .shared { fill: #d9a441; fill-opacity: .45; stroke: #9a6b12; }
    .gram { fill: #d9a441; }
    text { fill: #2b2620; }
    .small { font-size: 12px; }
    .letter { font-family: ui-monospace, monospace; text-anchor: middle; }
    .number { text-anchor: middle; }
    .faint { fill: #8a7d68; }
"""


def main() -> None:
    """Writes both pictures."""
    for name, picture in pictures().items():
        (DOCS / name).write_text(picture, encoding="utf-8")


def pictures() -> dict[str, str]:
    """The SVG source of each picture, by file name."""
    story, statement = (_article(name) for name in (STORY, STATEMENT))
    return {"sameness-passages.svg": passages(story, statement), "sameness-fold.svg": folds(FRAGMENTS)}


def _article(name: str) -> Article:
    [document] = reading.read((ROOT / "seeds" / name).read_bytes(), name).items
    return normalise.normalise(document)


def passages(a: Article, b: Article) -> str:
    """Two texts as bars with a tick for each fingerprint, joined by a band for each shared passage."""
    sides = sameness.prepare(a), sameness.prepare(b)
    relation = sameness.judge(*sides)
    assert relation is not None
    lines = [_caption(a, TOP - 12), _caption(b, BOTTOM + BAR + 24)]
    common = set(sides[0].fingerprints.tolist()) & set(sides[1].fingerprints.tolist())
    for side, article, top in ((sides[0], a, TOP), (sides[1], b, BOTTOM)):
        lines.append(f'<rect class="text" x="{LEFT}" y="{top}" width="{INNER}" height="{BAR}"/>')
        lines += _ticks(side, len(article.text), top, common)
    for number, passage in enumerate(relation.passages, start=1):
        own, other = _scaled(passage.own, len(a.text)), _scaled(passage.other, len(b.text))
        lines.append(_ribbon(own, other))
        lines.append(f'<text class="small number" x="{sum(own) / 2:.1f}" y="{TOP + BAR + 14}">{number}</text>')
    words = ", ".join(f"{number}: {passage.words} words" for number, passage in enumerate(relation.passages, start=1))
    lines.append(f'<text class="small" x="{LEFT}" y="150">{words}</text>')
    title = "The four passages that a wire story and a joint statement share"
    return svg.document(title, BOTTOM + BAR + 40, STYLE, lines)


def _caption(article: Article, y: int) -> str:
    caption = f"{article.title} ({len(article.text):,} characters)"
    return f'<text class="small" x="{LEFT}" y="{y}">{html.escape(caption)}</text>'


def _ticks(side: sameness.TextFacts, length: int, top: int, common: set[int]) -> Iterator[str]:
    prints = side.side.folded.fingerprints
    for value, place in sorted(
        zip(prints.hashes.tolist(), prints.positions.tolist(), strict=True), key=lambda it: it[1]
    ):
        [x, _] = _scaled(side.side.folded.fold.span((place, place + 1)), length)
        kind = "met" if value in common else "print"
        yield f'<path class="{kind}" d="M{x:.1f} {top + 4}v{BAR - 8}"/>'


def _scaled(span: Span, length: int) -> tuple[float, float]:
    return LEFT + span[0] * INNER / length, LEFT + span[1] * INNER / length


def _ribbon(own: tuple[float, float], other: tuple[float, float]) -> str:
    top, bottom, bend = TOP + BAR, BOTTOM, (TOP + BAR + BOTTOM) / 2
    down = f"C{own[1]:.1f} {bend} {other[1]:.1f} {bend} {other[1]:.1f} {bottom}"
    back = f"C{other[0]:.1f} {bend} {own[0]:.1f} {bend} {own[0]:.1f} {top}"
    return f'<path class="shared" d="M{own[0]:.1f} {top}H{own[1]:.1f}{down}H{other[0]:.1f}{back}z"/>'


def folds(fragments: tuple[str, str]) -> str:
    """Two spellings of the same words, their folds, and the grams that are fingerprints of both."""
    prepared = [sameness.prepare(Article("", (fragment,))) for fragment in fragments]
    common = set(prepared[0].fingerprints.tolist()) & set(prepared[1].fingerprints.tolist())
    lines: list[str] = []
    y = 30
    for fragment, side in zip(fragments, prepared, strict=True):
        lines += _letters(fragment, y, "letter faint")
        folded = side.side.folded
        lines += _letters(folded.fold.string, y + ROW, "letter")
        grams = zip(folded.fingerprints.hashes.tolist(), folded.fingerprints.positions.tolist(), strict=True)
        kept = sorted(place for value, place in grams if value in common)
        for number, place in enumerate(kept):
            x, width = LEFT + place * STEP, PARAMETERS.gram * STEP
            lines.append(
                f'<rect class="gram" x="{x:.0f}" y="{y + ROW + 8 + 7 * number}" width="{width:.0f}" height="4" rx="2"/>'
            )
        y += 2 * ROW + 20 + 7 * len(kept)
    return svg.document("Two spellings fold to the same letters and keep the same fingerprints", y, STYLE, lines)


def _letters(string: str, y: int, kind: str) -> Iterator[str]:
    for number, letter in enumerate(string):
        if not letter.isspace():
            yield f'<text class="{kind}" x="{LEFT + (number + 0.5) * STEP:.0f}" y="{y}">{html.escape(letter)}</text>'


if __name__ == "__main__":
    main()
