"""The models of the API's diffs."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from catalog_service.resources import Resource, Significance, Span


class DiffOp(Resource):
    """One operation of a diff: the span `a` of the first text became the span `b` of the second."""

    op: Literal["equal", "insert", "delete", "replace", "move"]
    a: Span
    b: Span


class DiffSummary(Resource):
    """How much changed, in words; words that differ in punctuation or case only are not counted."""

    words_added: int
    words_removed: int
    moved: int
    significance: Significance | None


class VersionName(Resource):
    """The name of a version: the document's id and the version's number."""

    document: UUID
    version: int


class Diff(Resource):
    """The word diff of two versions; the spans `b` of the operations cover the second text in order, without gaps.

    `coarse`: parts of the texts are so long that not all of their sentences or words were compared.
    """

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    first: VersionName = Field(alias="from")
    second: VersionName = Field(alias="to")
    summary: DiffSummary
    coarse: bool
    ops: tuple[DiffOp, ...]
