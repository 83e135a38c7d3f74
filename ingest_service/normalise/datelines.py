"""The dateline that opens a wire story: it is kept in the text, and gives agency and date."""

import re
from dataclasses import replace

from ingest_service.normalise import dates, publishers
from ingest_service.normalise.draft import Draft, RuleResult

LONGEST = 160
_AGENCY = "|".join(map(re.escape, publishers.AGENCIES))
# "SEOUL, Sept. 4 (Yonhap) --": a place in capitals, perhaps a country and a date, an agency, a dash.
DATELINE = re.compile(rf"([^\W\d_a-z][^a-z()]{{2,40}}\b[^()]{{0,60}})\(({_AGENCY})\)\s?[-–—]{{1,2}}\s")
# The number of first lines that may hold it.
NEAR = 3


def dateline(draft: Draft) -> RuleResult:
    """Recognises a wire story by its dateline: a place in capitals, an agency in brackets, a dash; perhaps a date."""
    for line in draft.lines[:NEAR]:
        match = DATELINE.match(line.text[:LONGEST])
        if match is None:
            continue
        article = replace(
            draft.article, kind="wire", publisher=draft.article.publisher or publishers.AGENCIES[match[2]]
        )
        if article.published is None and (date := dates.one_inside(match[1])):
            article = replace(article, published=date, published_basis="dateline")
        return RuleResult(article=article)
    return RuleResult()
