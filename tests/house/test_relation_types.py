"""The types of relations are named in one module and by the judge that chooses between them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_service.relation_types import PROPERTIES, RelationType

ROOT = Path(__file__).parents[2]
TABLE = "catalog_service/relation_types.py"
JUDGE = "ingest_service/sameness/judging.py"
# A document's role in its story has the name of a type.
ROLES = {("catalog_service/resources.py", "revision"), ("catalog_service/documents.py", "revision")}
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for service in ("catalog_service", "ingest_service")
    for path in sorted((ROOT / service).rglob("*"))
    if path.suffix in (".py", ".html", ".js") and "vendor" not in path.parts
}


def literals(source: str) -> set[str]:
    """The relation types that a module writes as a literal."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in PROPERTIES
    }


def members(source: str) -> Iterator[str]:
    """The members of RelationType that a module names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in RelationType.__members__:
            yield node.attr


def test_no_other_module_writes_a_type_as_a_literal() -> None:
    modules = {name: source for name, source in SOURCES.items() if name.endswith(".py") and name != TABLE}
    written = {(name, literal) for name, source in modules.items() for literal in literals(source)}
    assert written == ROLES


def test_only_the_judge_names_a_member() -> None:
    named = {name for name, source in SOURCES.items() if name.endswith(".py") and list(members(source))}
    assert named == {TABLE, JUDGE}


@pytest.mark.parametrize("name", [name for name in SOURCES if not name.endswith(".py")])
def test_no_template_and_no_script_names_a_type(name: str) -> None:
    assert not [type_ for type_ in RelationType if f'"{type_}"' in SOURCES[name] or f"'{type_}'" in SOURCES[name]]


def test_every_type_has_its_properties() -> None:
    assert list(PROPERTIES) == list(RelationType)
    # A copy says the same, so the two documents are of one story.
    assert all(properties.joins_story for properties in PROPERTIES.values() if properties.is_copy)


def test_a_literal_in_a_module_is_found() -> None:
    assert literals('kind: Literal["duplicate", "other"]') == {"duplicate"}
    assert list(members("contract.RelationType.REUSE")) == ["REUSE"]
