"""Writes the table and the pictures of docs/performance.md from the figures of one run, docs/performance.json.

./dev bench --json docs/performance.json && ./dev exec python -m scripts.draw_performance
"""

import html
import json
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from scripts import svg
from tests.benchmarks import figures
from tests.benchmarks.figures import TABLE, Figure

DOCS = Path(__file__).parents[1] / "docs"
PAGE, REPORT = DOCS / "performance.md", DOCS / "performance.json"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"
# Characters in a line of the page.
WIDTH = 130
TOP, ROW = 64, 26
# Where the bars begin, and the pixels of a factor of two.
AXIS, OCTAVE = 470, 50
FURTHEST = 4.5
GROUND, LEFT, HEIGHT, INNER = 300, 70, 220, 640
STYLE = """
    .ground { fill: #fffdf8; }
    .above { fill: #8aa77b; }
    .below { fill: #c4694f; }
    .goal { stroke: #2b2620; stroke-width: 2; }
    .axis { stroke: #6b5d45; fill: none; }
    .grid { stroke: #e4ddcf; fill: none; }
    .ingest { stroke: #9a6b12; fill: none; stroke-width: 2; }
    .catalog { stroke: #4c6a8a; fill: none; stroke-width: 2; }
    .both { stroke: #2b2620; fill: none; stroke-width: 2; }
    text { fill: #2b2620; }
    .small { font-size: 12px; }
    .right { text-anchor: end; }
    .middle { text-anchor: middle; }
"""


def main() -> None:
    """Writes the page and both pictures."""
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), report), encoding="utf-8")
    for name, picture in pictures(report).items():
        (DOCS / name).write_text(picture, encoding="utf-8")


def page(text: str, report: Mapping[str, Any]) -> str:
    """The page with the table of a report between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{_summary(report)}\n{figures.table(measured(report))}\n{END}{after}"


def _summary(report: Mapping[str, Any]) -> str:
    """When and with which sizes the figures were measured, and which rows were not."""
    day = datetime.fromisoformat(report["measured_at"]).strftime("%d %B %Y").lstrip("0")
    sizes = {name: f"{size:,}" for name, size in report["sizes"].items()}
    sentences = [
        f"Measured on {day} by `./dev bench` on {report['processors']} processors, with a load average of",
        f"{report['load_average']:.1f} at the end, by Python {report['python']}. {sizes['loaded']} files were loaded.",
        f"The marginal cost is that of {sizes['further']} files",
        f"at {sizes['small']}, {sizes['middle']} and {sizes['large']} documents;",
        f"reads, searches and the restart are measured at {sizes['middle']}.",
    ]
    rows = {figure["row"] for figure in report["figures"]}
    if missing := [bound.what for row, bound in TABLE.items() if row not in rows]:
        sentences.append(f"Not measured in this run: {'; '.join(missing)}.")
    return textwrap.fill(" ".join(sentences), WIDTH) + "\n"


def pictures(report: Mapping[str, Any]) -> dict[str, str]:
    """The SVG source of each picture, by file name."""
    found = measured(report)
    drawn = {"performance-floors.svg": floors(found)}
    for figure in found:
        if figure.row == "growth":
            drawn["performance-growth.svg"] = growing(figure.details)
    return drawn


def measured(report: Mapping[str, Any]) -> list[Figure]:
    """The figures of a report."""
    names = ("row", "ours", "peer", "unit", "details")
    return [Figure(**{name: entry[name] for name in names}) for entry in report["figures"]]


def floors(found: Sequence[Figure]) -> str:
    """A bar for each figure: how many times better or worse than its floor, on a scale of factors of two."""
    limited = [figure for figure in found if figure.bound.floor is not None and figure.judged]
    title = "Each figure beside its floor; a line marks the goal"
    lines = [
        f'<text x="12" y="24">{title}</text>',
        f'<path class="axis" d="M{AXIS} {TOP - 8}v{ROW * len(limited) + 8}"/>',
    ]
    for factor in (1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16):
        label = f"{factor:g} ×" if factor >= 1 else f"1/{1 / factor:g}"
        lines.append(f'<text class="small middle" x="{_place(factor):.0f}" y="{TOP - 14}">{label}</text>')
    for number, figure in enumerate(limited):
        lines += _bar(figure, TOP + number * ROW)
    return svg.document(title, TOP + ROW * len(limited) + 12, STYLE, lines)


def _bar(figure: Figure, y: float) -> Iterator[str]:
    bound = figure.bound
    assert bound.floor
    assert figure.judged
    x = _place(_better(figure.judged, bound.floor, at_least=bound.at_least))
    kind = "above" if x >= AXIS else "below"
    yield f'<rect class="{kind}" x="{min(x, AXIS):.1f}" y="{y}" width="{abs(x - AXIS):.1f}" height="{ROW - 10}"/>'
    if bound.goal:
        goal = _place(_better(bound.goal, bound.floor, at_least=bound.at_least))
        yield f'<path class="goal" d="M{goal:.1f} {y - 2}v{ROW - 6}"/>'
    yield f'<text class="small" x="12" y="{y + 12}">{html.escape(bound.what)}</text>'


def _better(number: float, floor: float, *, at_least: bool) -> float:
    return number / floor if at_least else floor / number


def _place(factor: float) -> float:
    return AXIS + OCTAVE * max(-3.2, min(FURTHEST, math.log2(factor)))


def growing(details: Mapping[str, Sequence[float]]) -> str:
    """CPU of one more file, by how many documents there are."""
    sizes = details["sizes"]
    both = [sum(pair) for pair in zip(details["ingest_cpu_ms"], details["catalog_cpu_ms"], strict=True)]
    highest = max(both) * 1.15
    places = [LEFT + INNER * 0.9 * size / sizes[-1] for size in sizes]
    title = "CPU time of one more file in a catalog that grows"
    lines = [
        f'<text x="12" y="24">{title}</text>',
        f'<path class="axis" d="M{LEFT} {GROUND - HEIGHT}V{GROUND}h{INNER}"/>',
    ]
    for share in (0.25, 0.5, 0.75, 1.0):
        y = GROUND - HEIGHT * share / 1.15
        lines.append(f'<path class="grid" d="M{LEFT} {y:.1f}h{INNER}"/>')
        lines.append(f'<text class="small right" x="{LEFT - 6}" y="{y + 4:.1f}">{max(both) * share:.1f} ms</text>')
    for name, costs in (("both", both), ("ingest", details["ingest_cpu_ms"]), ("catalog", details["catalog_cpu_ms"])):
        points = list(zip(places, [GROUND - HEIGHT * cost / highest for cost in costs], strict=True))
        lines.append(f'<path class="{name}" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>')
        lines.append(f'<text class="small" x="{points[-1][0] + 6:.1f}" y="{points[-1][1] + 4:.1f}">{name}</text>')
    for x, size in zip(places, sizes, strict=True):
        lines.append(f'<text class="small middle" x="{x:.1f}" y="{GROUND + 18}">{size:,.0f}</text>')
    lines.append(f'<text class="small right" x="{LEFT + INNER}" y="{GROUND + 36}">documents in the catalog</text>')
    return svg.document(title, GROUND + 48, STYLE, lines)


if __name__ == "__main__":
    main()
