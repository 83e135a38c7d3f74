"""What a relation is, said in sentences: the heading, the figures, which text came first. Pure.

The left text took words from the right one, if the direction is known. Words of documents are isolated from ours.
"""

from collections.abc import Sequence

from markupsafe import Markup

from catalog_service import resources
from catalog_service.relation_types import PROPERTIES, wording
from catalog_service.web import in_words, naming
from catalog_service.web.naming import Titled
from catalog_service.web.overlap.pairs import Passage

Shares = tuple[float, float]


def heading(relation: resources.Relation, left: Titled, right: Titled, shares: Shares, *, is_current: bool) -> Markup:
    """What the relation is, such as "Yonhap quotes the joint statement"; `shares` are the coverages of both texts."""
    if PROPERTIES[relation.type].joins_story:
        return story_heading(relation)
    subject, text, source = _names(left, right)
    present, past = _sentence(relation, shares)
    sentence = Markup(present if is_current else past).format(  # noqa: S704  A sentence of this module.
        subject=subject, text=text, source=source
    )
    return naming.capitalised(sentence)


def story_heading(relation: resources.Relation) -> Markup:
    """What two filings of one story are to each other."""
    same_text = relation.a.digest == relation.b.digest
    return Markup(wording(relation.type, same_text=same_text).heading)  # noqa: S704  Words of the table of types.


def _names(left: Titled, right: Titled) -> tuple[Markup, Markup, Markup]:
    """The left document as an acting one and as a text, and the right one as a text; by titles if they look alike."""
    if left.publisher and left.publisher == right.publisher:
        return naming.title(left), naming.title(left), naming.title(right)
    return naming.speaker(left), naming.text(left), naming.text(right)


def _sentence(relation: resources.Relation, shares: Shares) -> tuple[str, str]:
    """The sentence in the present and in the past tense."""
    if PROPERTIES[relation.type].is_containment:
        if shares[0] < shares[1]:
            return "{subject} carries almost all of {source}", "{subject} carried almost all of {source}"
        if relation.source_basis in ("quotes", "published", "wire"):
            return "Almost all of {text} comes from {source}", "Almost all of {text} came from {source}"
        return "Almost all of {text} is in {source}", "Almost all of {text} was in {source}"
    if relation.source_basis == "quotes":
        return "{subject} quotes {source}", "{subject} quoted {source}"
    if relation.source_basis in ("published", "wire"):
        return "{subject} repeats passages of {source}", "{subject} repeated passages of {source}"
    return "{text} and {source} share passages", "{text} and {source} shared passages"


def figures(
    relation: resources.Relation, passages: Sequence[Passage], left: Titled, right: Titled, shares: Shares
) -> Markup:
    """The numbers of passages and words, the shares of both texts, how many are altered, not quoted or not listed."""
    count, words = len(passages), sum(passage.words for passage in passages)
    names = naming.both(left, right)
    counted = f"{in_words.spelled(count).capitalize()} {'passage' if count == 1 else 'passages'}"
    sentence = Markup("{}, {}: {} of {} and {} of {}.").format(
        counted, in_words.count(words, "word"), in_words.share(shares[0]), names[0], in_words.share(shares[1]), names[1]
    )
    altered = sum(not passage.is_verbatim for passage in passages)
    unquoted = sum(not passage.quoted for passage in passages) if relation.source_basis == "quotes" else 0
    omitted = relation.passages_omitted
    not_listed = f"{in_words.count(omitted, 'shorter passage')} {'is' if omitted == 1 else 'are'} not listed."
    more = (_manner(count, altered), _unquoted(count, unquoted), not_listed if omitted else "")
    return Markup(" ").join(filter(None, (sentence, *more)))


def _manner(count: int, altered: int) -> str:
    if altered in (0, count):
        manner = "altered" if altered else "word for word"
        return f"It is {manner}." if count == 1 else f"{'Both' if count == 2 else 'All'} are {manner}."
    return f"{_are(count - altered).capitalize()} word for word; {_are(altered)} altered."


def _unquoted(count: int, unquoted: int) -> str:
    if unquoted == 0:
        return ""
    if unquoted == count:
        return "It is not in quotation marks." if count == 1 else "None is in quotation marks."
    return f"{_are(unquoted).capitalize()} not in quotation marks."


def _are(count: int) -> str:
    return f"{in_words.spelled(count)} {'is' if count == 1 else 'are'}"


def order(relation: resources.Relation, left: Titled, right: Titled) -> Markup:
    """How the direction is known, unless quotation marks show it."""
    source = naming.both(left, right)[1]
    if relation.source_basis == "quotes":
        return Markup()
    if relation.source_basis in ("published", "wire"):
        way = "published" if relation.source_basis == "published" else "filed"
        return naming.capitalised(Markup("{} was {} first.").format(source, way))
    if relation.source_basis == "recorded":
        unknown = Markup("{} was recorded first; which was published first is not known.")
        return naming.capitalised(unknown.format(source))
    return Markup("Which of them came first is not known.")


def places(passages: Sequence[Passage], left: resources.Version, right: resources.Version) -> Markup:
    """The text alternative of the picture: where the passages are in both texts."""
    names = naming.both(left, right)
    here = _part([passage.left for passage in passages], len(left.text))
    there = _part([passage.right for passage in passages], len(right.text))
    return Markup("The passages are {} {}, and {} {}.").format(here, names[0], there, names[1])


def _part(spans: Sequence[tuple[int, int]], length: int) -> str:
    """The part of a text that the spans are in."""
    start = min((span[0] for span in spans), default=0) / max(length, 1)
    end = max((span[1] for span in spans), default=length) / max(length, 1)
    parts = {
        "in the first quarter of": end <= 0.25,
        "in the last quarter of": start >= 0.75,
        "in the first half of": end <= 0.5,
        "in the second half of": start >= 0.5,
        "in the middle of": start >= 0.25 and end <= 0.75,
    }
    return next((part for part, is_it in parts.items() if is_it), "all over")
