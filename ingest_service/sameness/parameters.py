"""The one set of parameters: nothing about sameness is decided by a number that stands elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """Lengths in folded characters unless the name says words; shares from 0 to 1."""

    gram: int = 20
    window: int = 12
    # Passages: how much may lie unmatched inside one, and what a passage must have at least.
    gap: int = 40
    gap_words: int = 8
    passage_words: int = 8
    # Inside and at the ends of a passage a match is believed from this length on.
    inner_match: int = 5
    reach: int = 60
    match: float = 1.0
    mismatch: float = 1.3
    indel: float = 1.6
    drop: float = 9.0
    # Names in a row (of bills, agencies, people) are shared by texts that share nothing else.
    names_words: int = 14
    names_share: float = 0.75
    # A fingerprint that so many articles have is boilerplate; so many neighbours at most are aligned.
    boilerplate: int = 200
    neighbours: int = 50
    # Relations.
    duplicate_coverage: float = 0.98
    excerpt_coverage: float = 0.8
    revision_coverage: float = 0.32
    revision_words: float = 0.33
    revision_numbers: float = 0.5
    revision_salient: float = 0.155
    near_coverage: float = 0.88
    near_salient: float = 0.31


PARAMETERS = Parameters()
