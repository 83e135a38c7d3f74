"""The parameters of sameness, all in one place: no other module decides by a number of its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """Lengths in folded characters unless the name says otherwise; coverages and shares from 0 to 1."""

    # Fingerprints: every match of at least window + gram - 1 characters is found.
    gram: int = 20
    window: int = 12
    # The number of articles that may hold a fingerprint before it is boilerplate, and of candidates of an article that
    # are aligned: a digest of the week quotes hundreds of articles.
    document_frequency_cap: int = 24
    max_candidates: int = 400
    # Passages: the longest unmatched run inside one, and the fewest words of one.
    gap: int = 40
    gap_words: int = 8
    passage_words: int = 8
    # What one passage must have to be evidence that one text quotes the other: words, names counted half, and
    # fingerprints; or so many fingerprints that a long run is verbatim. Where there is evidence, other passages need
    # only `further_words` and one fingerprint.
    evidence_words: int = 9
    evidence_fingerprints: int = 3
    verbatim_fingerprints: int = 5
    further_words: int = 7
    # The share of a long verbatim run that may be boilerplate; the run is then kept whole if cutting leaves too little.
    stock_share: float = 0.25
    # Extension of an equal run: how far one step looks ahead, how long an inner equal run must be, the scores of a
    # character, and the drop of the score that ends it.
    reach: int = 60
    inner_match: int = 5
    match: float = 1.0
    mismatch: float = 1.3
    indel: float = 1.6
    drop: float = 9.0
    # Relation types.
    duplicate_coverage: float = 0.98
    revision_coverage: float = 0.3
    revision_sure_coverage: float = 0.5
    revision_shared: int = 250
    revision_words: float = 0.25
    revision_sure_words: float = 0.6
    revision_swapped_names: float = 0.2
    revision_swapped_numbers: float = 0.2
    # Long texts with nearly the same words: what they share, and how much of their names and numbers may be replaced.
    long_shared: int = 1_000
    long_words: float = 0.75
    long_swapped_names: float = 0.33
    long_swapped_numbers: float = 0.25
    # Texts of which one was rewritten, and kept its opening.
    rewritten_coverage: float = 0.1
    rewritten_shared: int = 350
    # The pieces of a text that are scattered over its expansion.
    scattered_pieces: int = 4
    excerpt_coverage: float = 0.8
    excerpt_times: float = 2.0
    # The opening of a text: its length, the shortest paragraph that it begins with, and how much of it two texts that
    # open alike share.
    opening: int = 300
    opening_paragraph: int = 80
    opening_shared: int = 80


PARAMETERS = Parameters()
