"""The form of the search page: its parameters, the query they make, and the links that change one of them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalog_service import search
from catalog_service.contract import FieldError
from catalog_service.errors import BadQuery
from catalog_service.web import in_words, layout

PAGE = 20
PATH = "/search"
FACET_VALUES = 8
Text = Annotated[str, Field(max_length=2_000)]
# What a choice of the form is called on the page.
SORTS = {"relevance": "best match", "-published": "newest published", "-recorded": "last changed"}
COLLAPSES = {"duplicates": "copies under one", "stories": "stories under one", "none": "every document"}
VERSIONS = {"latest": "current texts", "all": "all versions, also what was taken out"}
STATUSES = {"current": "in the folder", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: its words, and the address of the same search without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet with the number of hits that have it; `address` adds it as a filter."""

    value: str
    count: int
    address: str


class SearchForm(BaseModel):
    """The parameters of the page. An empty value is one that was not given: a form sends all its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Text = ""
    kind: Literal["wire", "release", "article", "document"] | None = None
    publisher: Text | None = None
    language: Annotated[str, Field(max_length=40)] | None = None
    month: Annotated[str, Field(pattern=r"^\d{4}(-\d{2})?$")] | None = None
    collection: Text | None = None
    story: Annotated[str, Field(pattern=r"^[0-9a-fA-F-]{36}$")] | None = None
    versions: Literal["latest", "all"] = "latest"
    status: Literal["current", "withdrawn"] = "current"
    collapse: Literal["none", "duplicates", "stories"] = "duplicates"
    sort: Literal["relevance", "-published", "-recorded"] = "relevance"
    as_of: Annotated[str, Field(max_length=40)] | None = None
    cursor: Text | None = None

    def query(self) -> search.Query:
        """The query of `search.find` for one page with facets and totals."""
        return search.Query(
            **self.model_dump(exclude={"month", "as_of", "q"}),
            q=self.q.strip(),
            published=(self.month, self.month),
            facets=search.FACETS,
            total="exact",
            limit=PAGE,
        )

    def address(self, **changes: str | None) -> str:
        """The address of this search with some parameters changed, from its first page on."""
        given = self.model_dump(exclude_defaults=True, exclude={"cursor"}) | changes
        defaults = {name: field.default for name, field in SearchForm.model_fields.items()}
        return layout.address(PATH, **{name: value for name, value in given.items() if value != defaults[name]})

    def next_page(self, cursor: str | None) -> str | None:
        """The address of the next page; None when there is none."""
        return self.address(cursor=cursor) if cursor else None

    def chips(self) -> Iterator[Chip]:
        """The filters in force, with links that remove them."""
        shown: Mapping[str, Mapping[str, str]] = {"versions": VERSIONS, "status": STATUSES}
        names = {"story": "one story", "as_of": "as of", "versions": "in", "status": ""}
        for name, value in self.model_dump(exclude_defaults=True, exclude={"q", "cursor", "sort", "collapse"}).items():
            words = in_words.language(value) if name == "language" else shown.get(name, {}).get(value, value)
            yield Chip(names.get(name, name), "" if name == "story" else words, self.address(**{name: None}))

    def facets(self, counted: Mapping[Any, Mapping[str, int]]) -> Mapping[str, list[FacetValue]]:
        """The values of the facets that are not chosen yet and divide the hits, the most frequent first."""
        return {
            name: [FacetValue(value, count, self.address(**{name: value})) for value, count in values[:FACET_VALUES]]
            for name, counts in counted.items()
            if getattr(self, name) is None
            and (values := [(value, count) for value, count in counts.items() if value])
            and (len(values) > 1 or len(counts) > 1)
        }

    def feed(self) -> str:
        """The address of the Atom feed of this search."""
        terms = self.model_dump(exclude_defaults=True, exclude={"cursor", "as_of", "month", "sort"})
        if self.month:
            terms["published"] = f"{self.month}..{self.month}"
        return layout.address("/feeds/search.atom", **terms)


def read(query: Mapping[str, str]) -> SearchForm:
    """The form from the query of a request. Raises BadQuery."""
    try:
        return SearchForm.model_validate({name: value for name, value in query.items() if value})
    except ValidationError as error:
        errors = tuple(
            FieldError(pointer=str(details["loc"][0]), detail=details["msg"])
            for details in error.errors(include_url=False, include_context=False, include_input=False)[:10]
        )
        raise BadQuery("; ".join(f"{each.pointer}: {each.detail}" for each in errors), errors=errors) from None
