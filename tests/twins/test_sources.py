"""The twin modules have the same code: a fault mended in one is mended in the other."""

import ast
import re
from pathlib import Path

import pytest

from tests.twins.conftest import place_of

ROOT = Path(__file__).parents[2]
# What one of the two has alone, or has otherwise, and why.
OWN = {
    "db": {"READERS", "chunked", "IN_ONE_STATEMENT"},  # The catalog has more requests; the ledger sends long lists.
    "schema": {"OWN_TABLE", "plan"},  # Only the catalog has the command `migrate plan`.
    # Only the catalog has statements over lists of rows, and other statements for one document.
    "arrays": {
        "equals",
        "_AnyRowOf",
        "_rows_on_sqlite",
        "_rows_on_postgresql",
        "rows_parameter",
        "any_row_of",
        "_Elements",
        "_elements_on_sqlite",
        "_elements_on_postgresql",
        "elements",
    },
    "driver": set[str](),
    "prepared": set[str](),
    "prepared_writes": {"PreparedWrite.returned"},  # The ids of the catalog's rows are known before they are stored.
    "logs": set[str](),
    # The times and sizes of an operator's face and of a public one; each renders its own errors.
    "server": {"STOP_SECONDS", "LINE_BYTES", "FIELD_BYTES", "Protocol", "_meaning"},
}


class _Neutral(ast.NodeTransformer):
    """Removes docstrings and the name of the service."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node


def _parts(statement: ast.stmt) -> list[ast.stmt]:
    """A class without its methods, and each of its methods under the name of both; any other statement itself."""
    if not isinstance(statement, ast.ClassDef):
        return [statement]
    methods = [part for part in statement.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
    statement.body = [part for part in statement.body if part not in methods] or [ast.Pass()]
    for method in methods:
        method.name = f"{statement.name}.{method.name}"
    return [statement, *methods]


def definitions(service: str, module: str) -> dict[str, str]:
    """The code of each name that a module defines, without docstrings, comments and the name of the service."""
    place = place_of(service, module).replace(".", "/")
    tree = ast.parse((ROOT / f"{service}_service" / f"{place}.py").read_text(encoding="utf-8"))
    codes = {}
    for node in [part for statement in tree.body for part in _parts(statement)]:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            target = node.targets[0] if isinstance(node, ast.Assign) else node
            name = getattr(target, "name", None) or ast.unparse(getattr(target, "target", target))
            code = ast.unparse(_Neutral().visit(node))
            codes[name] = re.sub("ingest|catalog", "service", code, flags=re.IGNORECASE)
    return codes


@pytest.mark.parametrize("module", OWN)
def test_the_twins_define_the_same(module: str) -> None:
    ingest, catalog = definitions("ingest", module), definitions("catalog", module)
    names = {name for name in ingest.keys() | catalog.keys() if not {name, name.partition(".")[0]} & OWN[module]}
    assert len(names) >= 5
    assert {name: ingest.get(name) for name in names} == {name: catalog.get(name) for name in names}
