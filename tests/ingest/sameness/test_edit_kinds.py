"""Each edit of a passage has the kind of what differs, and texts that differ in a fact are no duplicates."""

import pytest

from catalog_service import contract
from ingest_service import sameness
from ingest_service.delivery import events
from ingest_service.model import Article, EditKind, Judgement, Reference, Relation

BEFORE = (
    "The harbour board met in the old town hall and heard the report of its engineers on the two northern piers, which "
    "the autumn storms have damaged more than any storms since the piers were built."
)
AFTER = (
    "The members of the board will decide at their next meeting whether the ferries may land there before the repairs "
    "are finished, and how the work is to be paid for without a new tax on the boats of the town. The mayor was absent."
)
EDITS: list[tuple[str, str, EditKind]] = [
    ("It will cost 45 million crowns to repair both piers", "It will cost 54 million crowns to repair both piers",
     "figure"),
    ("The repairs began on 4 September this year", "The repairs began on 5 September this year", "date"),
    ("The repairs began on Sept. 4 in the morning", "The repairs began on Sept. 14 in the morning", "date"),
    ("The piers were built in 1987 by the state", "The piers were built in 1988 by the state", "date"),
    ("They will close on Monday for the winter", "They will close on Tuesday for the winter", "date"),
    ("The report was written by Anna Lindqvist alone", "The report was written by Maria Lindqvist alone", "name"),
    ("The report was written by Anna Lindqvist alone", "The report was written by Lindqvist alone", "name"),
    ("Lindqvist wrote the report on the piers alone", "Hallberg wrote the report on the piers alone", "name"),
    ("“The piers are nearly lost to the sea”, it says", "“The piers are totally lost to the sea”, it says",
     "quotation"),
    ("The piers are nearly lost to the sea, it says", "The piers are totally lost to the sea, it says", "word"),
    ("It will cost 45 million crowns, said Lindqvist", "It will cost 54 million crowns, said Hallberg", "figure"),
]  # fmt: skip


def judged(one: str, other: str) -> Judgement:
    """The judgement of two reports that differ only in one sentence."""
    texts = (f"{BEFORE} {sentence}. {AFTER}" for sentence in (one, other))
    a, b = (sameness.prepare(Article("", (text,))) for text in texts)
    judgement = sameness.judge(a, b)
    assert judgement is not None
    return judgement


def kinds(judgement: Judgement) -> list[EditKind]:
    """The kinds of all edits of a judgement."""
    return [edit.kind for passage in judgement.passages for edit in passage.edits]


@pytest.mark.parametrize(("one", "other", "kind"), EDITS)
def test_an_edit_has_its_kind_from_both_sides(one: str, other: str, kind: EditKind) -> None:
    assert kinds(judged(one, other))[0] == kind
    assert sorted(kinds(judged(one, other))) == sorted(kinds(judged(other, one)))


@pytest.mark.parametrize(("one", "other", "kind"), EDITS)
def test_a_text_with_another_figure_date_or_name_is_no_duplicate(one: str, other: str, kind: EditKind) -> None:
    # 98 hundredths of the texts are equal: without a changed fact they are duplicates.
    judgement = judged(one + 8 * f" {AFTER}", other + 8 * f" {AFTER}")
    assert judgement.type == ("duplicate" if kind in ("quotation", "word") else "revision")


def test_the_capital_of_a_common_word_at_the_start_of_a_sentence_makes_no_name() -> None:
    assert kinds(judged("The board thanked them at great length", "A board thanked them at great length")) == ["word"]


def test_a_name_in_two_spellings_is_no_duplicate() -> None:
    one, other = ((f"The report was written by {name} alone" + 8 * f" {AFTER}") for name in ("Johnson", "Johnston"))
    assert judged(one, other).type == "revision"


def test_typography_has_no_kind() -> None:
    assert kinds(judged("The UN paid 2,276,000 crowns, it says", "The U.N. paid 2276000 crowns, it says")) == []


def test_a_very_long_edit_is_not_examined_word_by_word() -> None:
    long = "x" * 20_000
    judgement = judged(f"The report is about {long} 45 and ends here", f"The report is about {long}y 54 and ends here")
    assert set(kinds(judgement)) <= {"figure", "word"}


def test_an_event_reports_the_kinds_of_edits() -> None:
    judgement = judged(*EDITS[0][:2])
    reference = Reference("9d7c8ea6-1e54-4d0c-a1a4-8f6a3a3c6c0f", 1, "sha-256:" + 64 * "0")
    [reported] = events.relations_data([Relation(reference, judgement)])
    relation = contract.Relation.model_validate(reported)
    assert [edit.kind for passage in relation.passages for edit in passage.edits] == ["figure"]


GERMAN = (
    "Der Hafenrat tagte im alten Rathaus und hörte den Bericht der Ingenieure über die beiden nördlichen Molen, die "
    "von den Stürmen des Herbstes stärker beschädigt wurden als je zuvor, seit sie gebaut sind. {} Über die Mittel "
    "wird die nächste Sitzung entscheiden, und die Fähren dürfen bis zum Ende der Arbeiten nicht anlegen. Das "
    "sagte {} den Gästen aus dem Süden, die mit dem ersten Schiff gekommen waren und im Hafen übernachtet hatten."
)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (("Dann stiegen die Preise der Fische.", "Maier"), ("Dann stiegen die Kosten der Fische.", "Maier"), "word"),
        (("Es kostet drei Schiffe und 40 Anker.", "Maier"), ("Es kostet drei Schiffe und 40 Ruder.", "Maier"), "word"),
        (("Eine neue Brücke wird gebaut.", "Maier"), ("Eine neue Mauer wird gebaut.", "Maier"), "word"),
        (("Dann stiegen die Preise der Fische.", "Maier"), ("Dann stiegen die Preise der Fische.", "Schulz"), "name"),
        (("Es hilft Anna Maier beim Bau.", "sie"), ("Es hilft Anna Weber beim Bau.", "sie"), "name"),
    ],
)
def test_a_german_noun_with_an_article_is_no_name(one: tuple[str, str], other: tuple[str, str], kind: EditKind) -> None:
    a, b = (sameness.prepare(Article("", (GERMAN.format(*sentences),), language="de")) for sentences in (one, other))
    judgement = sameness.judge(a, b)
    assert judgement is not None
    assert kinds(judgement) == [kind]


def test_capitals_make_names_where_nouns_have_none() -> None:
    texts = (GERMAN.format(f"Dann stiegen die {word} der Fische.", "sie") for word in ("Preise", "Kosten"))
    a, b = (sameness.prepare(Article("", (text,), language="nl")) for text in texts)
    judgement = sameness.judge(a, b)
    assert judgement is not None
    assert kinds(judgement) == ["name"]
