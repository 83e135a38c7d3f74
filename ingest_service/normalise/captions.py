"""Picture captions in the text, between its sentences or on lines of their own."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest_service.model import Span
from ingest_service.normalise import dates, publishers, sentences
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

LONGEST = 600
_AGENCY = "|".join(map(re.escape, publishers.AGENCIES))
CREDIT = re.compile(rf"\((?:{_AGENCY})(?: Photo)?(?:[-/][^()\n]{{1,60}})?\)")
# An agency in brackets with a dash after it opens a story: it is a dateline.
DASH = re.compile(r"\s*[-–—]")
# Signs of a caption: the position of a person, a pose, "pictured", or a sentence about the picture itself.
SIGN = re.compile(
    r"\((?:[RLC]|(?:\w+ )?from (?:right|left|[RL])|right|left|cent(?:er|re))\)"
    r"|\bpos(?:e|es|ing) (?:for|with|together|alongside|during)\b"
    r"|\b(?:is|are|was|were) pictured\b|, pictured\b|\bpictured (?:here|at|on|in|with|during)\b|\APictured\b"
    r"|\A(?:This|An?|The|In this) (?:undated |combined |composite |file )*(?:photo|image|picture|photograph)\b"
)
LABELLED = re.compile(r"(?:Image|Photo|Picture) caption[,:] ")
# (R) and (L) after these are parties: "Sen. Jane Roe (R)".
OFFICE = re.compile(r"\b(?:Sen|Rep|Gov)\.|\b(?:Senator|Representative|Governor|Congress\w*)\b")
SAYS = re.compile(r"\b(?:said|says|told|warned|added|announced)\b")


def caption(draft: Draft) -> RuleResult:
    """Moves captions, labelled or before an agency in brackets, to a field; their date may become the article's."""
    spans = list(_apart(sorted([*_captions(draft), *_labelled(draft)])))
    if not spans:
        return NOTHING
    texts = [" ".join(draft.source[slice(*span)].split()) for span in spans]
    article = replace(draft.article, fields={**draft.article.fields, "captions": list(texts)})
    taken = {date for text in texts for date in [dates.one_inside(text)] if date}
    if article.published is None and len(taken) == 1:
        article = replace(article, published=taken.pop(), published_basis="caption")
    return RuleResult(cuts=spans, article=article)


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans without those that overlap an earlier one."""
    at = 0
    for span in spans:
        if span[0] >= at:
            yield span
            at = span[1]


def _labelled(draft: Draft) -> Iterator[Span]:
    """Lines that begin with a label such as "Image caption"."""
    for line in draft.lines if " caption" in draft.source else ():
        if line.whole and len(line.text) <= LONGEST and LABELLED.match(line.text):
            yield line.start, line.end


def _captions(draft: Draft) -> Iterator[Span]:
    for start, end in draft.stretches() if CREDIT.search(draft.source) else ():
        floor = start
        for match in CREDIT.finditer(draft.source, start, end):
            begin = _start(draft.source, floor, match.start())
            dateline = DASH.match(draft.source, match.end(), end)
            if begin is not None and not dateline and _is_caption(draft.source[begin : match.start()].strip()):
                yield begin, match.end()
            floor = match.end()


def _start(source: str, floor: int, end: int) -> int | None:
    """The start of the sentence before a credit; None if it is uncertain, or longer than a caption may be."""
    nearest = max(floor, end - LONGEST)
    while nearest < end and source[nearest].isspace():
        nearest += 1
    start = sentences.last_start(source, nearest, end)
    return None if start == nearest and end - floor > LONGEST else start


def _is_caption(sentence: str) -> bool:
    if not sentence or sentence[0].islower() or SAYS.search(sentence):
        return False
    return bool(SIGN.search(sentence)) and not OFFICE.search(sentence)
