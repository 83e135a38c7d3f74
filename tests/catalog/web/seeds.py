"""The five seeds as events, read as the gold set says, with the relation of the story and the statement."""

import json
from pathlib import Path
from typing import Any

from tests.catalog.events import article, event, relation

GOLD = json.loads((Path(__file__).parents[2] / "quality" / "seeds.json").read_text(encoding="utf-8"))


def seed_events() -> list[Any]:
    """The five seeds, with the relation of the first two."""
    [gold_relation] = GOLD["relations"]
    passages = [
        {"self": passage["a"], "other": passage["b"], "words": passage["words"], "quoted": passage["quoted"],
         "verbatim": passage["verbatim"]}
        for passage in gold_relation["passages"]
    ]  # fmt: skip
    events = []
    for number, (name, gold) in reversed(list(enumerate(GOLD["documents"].items(), start=1))):
        relations = [relation(2, passages=passages)] if name == gold_relation["a"] else []
        text = article(gold["title"], "\n\n".join(gold["paragraphs"]), kind=gold["kind"], publisher=gold["publisher"])
        events.append(event(number, path=name, article=text, relations=relations))
    return events


def edited_story(observation: int = 2) -> Any:  # noqa: ANN401
    """The first seed, edited: another word, and a caption that reading took off before the text."""
    gold = next(iter(GOLD["documents"].values()))
    text = "\n\n".join(gold["paragraphs"]).replace("growing", "rising", 1)
    notes = [{"rule": "caption", "at": [0, 6], "removed": "Photo."}]
    edited = article(gold["title"], text, kind=gold["kind"], publisher=gold["publisher"], notes=notes)
    return event(1, observation, "changed", path=next(iter(GOLD["documents"])), article=edited)
