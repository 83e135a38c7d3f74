"""The state of a text between two rules."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ingest_service import normalise
from ingest_service.model import Article, Reading
from ingest_service.normalise import draft
from ingest_service.normalise.draft import Draft, RuleResult
from tests.ingest.normalise.texts import BODY


@pytest.mark.parametrize("rule", normalise.RULES)
def test_a_rule_that_finds_nothing_returns_the_same_draft(rule: Callable[[Draft], RuleResult]) -> None:
    opened = draft.opened(Reading(None, "text/plain", "utf-8", BODY, BODY))
    before = replace(opened, article=Article("A headline", (), language="en"))
    assert before.after(normalise.name_of(rule), rule(before)) is before
