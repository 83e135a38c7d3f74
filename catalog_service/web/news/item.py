"""The item of the newspaper. Pure."""

from dataclasses import dataclass

from catalog_service.web.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Item:
    """One item: `kind` is the word of its badge, `time` a time of the API.

    `about` is the document's title where the sentence lacks it, or where a new document comes from. `folded` are the
    sentences of the first of the `count` items that this one takes the place of.
    """

    kind: str
    sentence: Sentence
    time: str
    context: Sentence = ()
    about: Sentence = ()
    folded: tuple[Sentence, ...] = ()
    count: int = 1
