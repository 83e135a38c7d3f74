"""Files of a scan in the order in which they are entered: the one that left a path before the one that is there."""

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.folder.moves import MoveMatcher, in_order
from ingest_service.folder.scan import FileFact, Known

PATHS = [f"{number}.txt" for number in range(12)]


def fact(path: str) -> FileFact:
    return FileFact(path, 1, 1, 1, 1, 1)


@given(
    paths=st.lists(st.sampled_from(PATHS), unique=True),
    links=st.dictionaries(st.sampled_from(PATHS), st.sampled_from(PATHS)),
)
def test_each_file_comes_after_those_that_left_its_path_or_with_them(paths: list[str], links: dict[str, str]) -> None:
    origins = {path: origin for path, origin in links.items() if path != origin and path in paths}
    groups = [[file.path for file in group] for group in in_order([fact(path) for path in sorted(paths)], origins)]
    assert sorted(path for group in groups for path in group) == sorted(paths)
    place = {path: number for number, group in enumerate(groups) for path in group}
    assert all(place[path] <= place[origin] for path, origin in origins.items() if origin in place)
    # Only a cycle is a group of several files, each of which comes from the next one.
    for group in groups:
        assert len(group) == 1 or [origins[path] for path in group] == [*group[1:], group[0]]


def test_a_numbering_of_thousands_of_files_is_ordered_file_by_file() -> None:
    names = [f"{number:05}.txt" for number in range(20_000)]
    shifted = dict(zip(names[1:], names[:-1], strict=True))
    facts = [fact(name) for name in names]
    assert [group[0].path for group in in_order(facts, shifted)] == names[::-1]
    [cycle] = in_order(facts, shifted | {names[0]: names[-1]})
    assert len(cycle) == len(names)


def test_what_waits_for_a_file_is_postponed_with_it_and_moves_nowhere() -> None:
    known = {path: Known(fact(path), f"digest of {path}") for path in ("a", "b", "c", "d")}
    matcher = MoveMatcher(known, {"new": "a", "a": "b", "b": "c", "c": "a", "elsewhere": "d"})
    assert matcher.postpone(["b"]) == {"a", "b", "c"}
    assert matcher.claim("copy", "digest of b") is None
    assert matcher.claim("elsewhere", "digest of d") == "d"
    assert matcher.postponed == {"a", "b", "c"}
