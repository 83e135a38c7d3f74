"""How well predictions fit a labelled set: pairs by F1 and adjusted Rand index, passages by characters and by found.

A passage counts as found when half of it in the quoting text is covered by predictions that meet its source where it
was taken from.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from tests.quality.sameness_predict import Predictions
from tests.quality.sameness_set import LabelledSet

Spans = tuple[int, int, int, int]


def scores(gold: LabelledSet, predictions: Predictions) -> dict[str, float]:
    """Every measure by its name, from 0 to 1."""
    found = {frozenset((each["a"], each["b"])) for each in predictions.pairs}
    hits = len(found & gold.pairs)
    return {
        "pair_f1": _f1(hits, len(found), len(gold.pairs)),
        "pair_ari": adjusted_rand(_components(gold.stories, found), gold.stories),
        **_passages(gold, predictions),
    }


def _f1(hits: int, given: int, gold: int) -> float:
    return 2 * hits / (given + gold) if given + gold else 1.0


def adjusted_rand(found: Mapping[str, int], gold: Mapping[str, int]) -> float:
    """How well two ways to group the same names agree, chance left out: 1 is fully (Hubert and Arabie, 1985)."""
    together = _pairs(Counter((found[name], gold[name]) for name in gold).values())
    ours, theirs = _pairs(Counter(found.values()).values()), _pairs(Counter(gold.values()).values())
    expected = ours * theirs / _pairs([len(gold)])
    most = (ours + theirs) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def _pairs(counts: Iterable[int]) -> float:
    return sum(count * (count - 1) / 2 for count in counts)


def _components(names: Iterable[str], pairs: Iterable[frozenset[str]]) -> dict[str, int]:
    """Which names are joined by pairs, by a number for each group."""
    group = {name: number for number, name in enumerate(names)}
    members = {number: [name] for name, number in group.items()}
    for first, second in map(sorted, pairs):
        own, other = group[first], group[second]
        if own != other:
            for name in members[other]:
                group[name] = own
            members[own] += members.pop(other)
    return group


def _passages(gold: LabelledSet, predictions: Predictions) -> dict[str, float]:
    """The measures of passages. Between texts of one story, and two that quote the same source, there may be any."""
    labels: dict[tuple[str, str], list[Spans]] = defaultdict(list)
    for each in gold.quotations:
        labels[each.a, each.b].append((*each.a_span, *each.b_span))
    found = _by_pair(gold, predictions, labels.keys())
    right = given = asked = 0
    for pair in labels.keys() | found.keys():
        for side in (0, 2):
            label, ours = _covered(labels.get(pair, ()), side), _covered(found.get(pair, ()), side)
            right, given, asked = right + len(label & ours), given + len(ours), asked + len(label)
    hits = sum(_is_found(each, found.get(pair, ())) for pair, spans in labels.items() for each in spans)
    return {
        "char_f1": _f1(right, given, asked),
        "found": hits / len(gold.quotations),
        "pair_precision": len(labels.keys() & found.keys()) / max(1, len(found)),
    }


def _by_pair(
    gold: LabelledSet, predictions: Predictions, labelled: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[Spans]]:
    """Predictions by the quoting text and its source; those that the set says nothing about are left out."""
    pairs = set(labelled)
    # What a source's other versions say too, and what two texts quote of one, is rightly found and not labelled.
    kin = gold.kin
    known = {frozenset((kin[a], kin[b])) for a, b in pairs}
    known |= {frozenset((kin[a], kin[c])) for a, b in pairs for c, d in pairs if kin[b] == kin[d]}
    found: dict[tuple[str, str], list[Spans]] = defaultdict(list)
    for each in predictions.passages:
        a, b = str(each["a"]), str(each["b"])
        own, other = (int(each["a_begin"]), int(each["a_end"])), (int(each["b_begin"]), int(each["b_end"]))
        if (b, a) in pairs:
            a, b, own, other = b, a, other, own
        unlabelled = kin[a] == kin[b] or frozenset((kin[a], kin[b])) in known
        if (a, b) in pairs or not unlabelled:
            found[a, b].append((*own, *other))
    return found


def _covered(spans: Iterable[Spans], side: int) -> set[int]:
    return {place for each in spans for place in range(each[side], each[side + 1])}


def _is_found(label: Spans, predictions: Iterable[Spans]) -> bool:
    met = [each for each in predictions if each[2] < label[3] and each[3] > label[2]]
    return 2 * len(_covered(met, 0) & set(range(label[0], label[1]))) >= label[1] - label[0]
