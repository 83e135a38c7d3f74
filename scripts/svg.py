"""The frame of the pictures in docs/."""

from collections.abc import Iterable

WIDTH = 760


def document(title: str, height: float, style: str, lines: Iterable[str]) -> str:
    """An SVG document, WIDTH wide, with a ground under its lines."""
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-size="14" role="img"',
        '  font-family="system-ui, sans-serif">',
        f"  <title>{title}</title>",
        f"  <style>{style}  </style>",
        f'  <rect class="ground" width="{WIDTH}" height="{height:.0f}"/>',
        *(f"  {line}" for line in lines),
        "</svg>",
        "",
    ])  # fmt: skip
