"""Checks of the law of a diff, and a short notation for what a diff changes."""

from catalog_service import diffing


def compared(first: str, second: str) -> diffing.Comparison:
    """The comparison of two texts, after a check of its law."""
    comparison = diffing.compare(first, second)
    check(first, second, comparison.ops)
    return comparison


def check(first: str, second: str, ops: tuple[diffing.Op, ...]) -> None:
    """Asserts that the operations give the second text, and cover each character of the first text once."""
    rebuilt, at = [], 0
    for op in ops:
        assert op.b[0] == at
        at = op.b[1]
        if op.op in ("equal", "move"):
            rebuilt.append(first[slice(*op.a)])
        elif op.op in ("insert", "replace"):
            rebuilt.append(second[slice(*op.b)])
        else:
            assert op.b[0] == op.b[1]
    assert "".join(rebuilt) == second
    covered = 0
    for start, end in sorted(op.a for op in ops if op.a[0] < op.a[1]):
        assert start == covered
        covered = end
    assert covered == len(first)


def changes(first: str, second: str) -> list[str]:
    """What the operations change, without white space at the ends: `-removed`, `+added`, `-removed +added`, `>moved`.

    Operations of white space alone are left out.
    """
    lines = []
    for op in compared(first, second).ops:
        removed, added = first[slice(*op.a)].strip(), second[slice(*op.b)].strip()
        if op.op == "move":
            lines.append(f">{added}")
        elif op.op != "equal" and (removed or added):
            lines.append(" ".join(sign + text for sign, text in (("-", removed), ("+", added)) if text))
    return lines
