"""The one set of parameters: nothing about sameness is decided by a number that stands elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """Lengths in folded characters unless the name says words; shares from 0 to 1."""

    # Fingerprints: every match of window + gram - 1 characters is found.
    gram: int = 20
    window: int = 12
    # A fingerprint that more articles have is boilerplate. So many neighbours of an article at most are aligned: a
    # digest of the week quotes hundreds.
    common: int = 24
    neighbours: int = 400
    # Passages: how much may lie unmatched inside one, and what a passage must have at least.
    gap: int = 40
    gap_words: int = 8
    passage_words: int = 8
    # What a passage must have when it is all that two texts share: words, names counted half, and fingerprints; or so
    # many fingerprints that it is verbatim for long. Beside such a one others need so many words, and one fingerprint.
    telling_words: int = 9
    telling_prints: int = 3
    verbatim_prints: int = 5
    further_words: int = 7
    # So much of what is verbatim for long may be a stock phrase, and stays where little would be left without it.
    stock_share: float = 0.25
    # Extension: how far ahead one step looks, from which length on an equal run is believed, and what ends it.
    reach: int = 60
    inner_match: int = 5
    match: float = 1.0
    mismatch: float = 1.3
    indel: float = 1.6
    drop: float = 9.0
    # Relations.
    duplicate_coverage: float = 0.98
    revision_coverage: float = 0.3
    revision_sure_coverage: float = 0.5
    revision_shared: int = 250
    revision_words: float = 0.25
    revision_swapped_names: float = 0.2
    revision_swapped_numbers: float = 0.2
    excerpt_coverage: float = 0.8
    excerpt_times: float = 2.0
    opening: int = 300


PARAMETERS = Parameters()
