"""What repeats what: the seeds exactly, and no input is too strange, too long or too slow."""

import itertools
import json
import pickle
import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service import sameness
from ingest_service.model import Article, Judgement

GOLD = json.loads((Path(__file__).parents[2] / "quality" / "seeds.json").read_text(encoding="utf-8"))

STATEMENT = (
    "The leaders expressed serious concerns over recent developments in the South China Sea and reaffirmed the "
    "importance of upholding freedom of navigation and overflight in accordance with international law."
)
STORY = (
    "SEOUL — After an hour of talks both sides spoke to reporters. The leaders “expressed serious concerns over recent "
    "developments in the South China Sea”, an official said, and would meet again next year in Wellington to take "
    "stock of trade, science and the long road to a free trade agreement that farmers on both sides have asked for."
)


def prepared(*paragraphs: str) -> sameness.TextFacts:
    return sameness.prepare(Article(title="", paragraphs=paragraphs))


def judged(one: str, other: str) -> Judgement | None:
    return sameness.judge(prepared(one), prepared(other))


@pytest.fixture(scope="module")
def seeds() -> dict[str, sameness.TextFacts]:
    return {name: prepared(*told["paragraphs"]) for name, told in GOLD["documents"].items()}


def test_the_seeds_share_their_four_passages_and_nothing_else(seeds: dict[str, sameness.TextFacts]) -> None:
    pairs = []
    for a, b in itertools.combinations(sorted(seeds), 2):
        judgement = sameness.judge(seeds[a], seeds[b])
        if judgement is not None:
            passages = [
                {
                    "a": list(passage.own),
                    "b": list(passage.other),
                    "words": passage.words,
                    "verbatim": passage.verbatim,
                    "quoted": [list(span) for span in passage.quoted],
                }
                for passage in judgement.passages
            ]
            pairs.append({"type": judgement.type, "a": a, "b": b, "passages": passages})
    assert pairs == GOLD["relations"]


def test_an_altered_quotation_says_which_words(seeds: dict[str, sameness.TextFacts]) -> None:
    story, statement = (seeds[name] for name in sorted(seeds)[:2])
    judgement = sameness.judge(story, statement)
    assert judgement is not None
    [edit] = judgement.passages[0].edits
    assert edit.op == "insert"
    assert statement.side.text[slice(*edit.b)] == "(UNSC)"


def test_a_quotation_is_reuse_and_its_place_is_known_on_both_sides() -> None:
    judgement = judged(STORY, STATEMENT)
    assert judgement is not None
    assert judgement.type == "reuse"
    [passage] = judgement.passages
    words = "expressed serious concerns over recent developments in the South China Sea"
    assert STORY[slice(*passage.own)] == f"The leaders “{words}"
    assert STATEMENT[slice(*passage.other)] == f"The leaders {words}"
    assert passage.verbatim
    assert [STORY[slice(*span)] for span in passage.quoted] == [words]


def test_a_short_passage_counts_between_texts_that_know_each_other() -> None:
    short = "Both will meet again in Wellington"
    report = f"{short} before the snow falls, a spokesman promised, and nobody in the room believed one word of that."
    programme = f"Hosts of every kind are glad that {short.lower()} before the summer, for then hotels stand empty."
    assert judged(report, programme) is None
    judgement = judged(f"{report}\n\n{STATEMENT}", f"{programme}\n\n{STATEMENT}")
    assert judgement is not None
    assert [passage.words for passage in judgement.passages] == [8, 29]


def test_typography_alone_makes_a_duplicate() -> None:
    judgement = judged(STORY, STORY.replace("“", '"').replace("”", '"').replace("—", "--"))
    assert judgement is not None
    assert judgement.type == "duplicate"
    assert (judgement.coverage_own, judgement.coverage_other) == (1.0, 1.0)


def test_a_paragraph_more_is_a_revision() -> None:
    judgement = judged(STORY, STORY + "\n\nThe opposition in Seoul called the talks a photo opportunity.")
    assert judgement is not None
    assert judgement.type == "revision"


def test_many_small_changes_are_no_duplicate() -> None:
    words = [f"{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}ord{number % 7 * 'x'}" for number in range(400)]
    changed = ["zzz" if number % 8 == 0 else word for number, word in enumerate(words)]
    judgement = judged(" ".join(words), " ".join(changed))
    assert judgement is not None
    assert judgement.type == "revision"
    assert judgement.coverage_own > 0.98


def test_characters_written_as_several_are_the_same_and_stay_whole() -> None:
    said = "Le président coréen a déclaré que la coopération avec la Nouvelle-Zélande sera renforcée dès l’été"
    korean = (
        "윤석열 대통령은 뉴질랜드 총리와 회담하고 안보 협력을 강화하기로 합의했다고 외교부가 오늘 서울에서 발표했다"
    )
    for sentence in (said, korean):
        apart = unicodedata.normalize("NFD", f"Before it something else. {sentence}, after it as well.")
        judgement = judged(f"{sentence}. What follows has nothing to do with it.", apart)
        assert judgement is not None
        [passage] = judgement.passages
        assert unicodedata.normalize("NFC", apart[slice(*passage.other)]) == sentence
        assert passage.verbatim


def test_what_has_no_passage_is_no_duplicate() -> None:
    words = "Telecommunications internationalisation commissioners acknowledge extraordinarily disproportionate duties"
    changed = words.replace("duties", "dutier")
    assert sameness.judge(prepared(words), prepared(changed), compare_always=True) is None
    assert sameness.judge(prepared(words), prepared(words.upper()), compare_always=True) is not None


@pytest.mark.parametrize(("number", "another"), [("6.7", "7.6"), ("6.7", "67"), ("6,7", "67")])
def test_another_number_is_no_duplicate(number: str, another: str) -> None:
    told = f"{STORY}\n\n{STATEMENT} The two countries traded goods worth 6.7 billion dollars."
    judgement = judged(told.replace("6.7", number), told.replace("6.7", another))
    assert judgement is not None
    assert judgement.type == "revision"


def test_a_statement_inside_a_long_article_is_an_excerpt() -> None:
    around = " ".join(f"Sentence number {number} of the report is about something else." for number in range(60))
    judgement = judged(STATEMENT, f"{around}\n\n{STATEMENT}\n\n{around[::-1]}")
    assert judgement is not None
    assert judgement.type == "excerpt"


@pytest.mark.parametrize("more", [0, 4, 10, 20, 40, 80])
def test_a_short_text_that_quotes_a_long_one_is_no_filing_of_it(more: int) -> None:
    around = " ".join(f"Speaker {number} went on about another matter altogether." for number in range(60))
    asked = "In a letter to the editor somebody asked whether that was still true of the ships seen this spring. " * 5
    letter = f"“{STATEMENT}” " + " ".join(asked.split()[:more])
    judgement = judged(letter, f"{around} {STATEMENT} {around}")
    assert judgement is not None
    assert judgement.type in ("excerpt", "reuse")


def test_seven_words_in_common_are_nothing() -> None:
    assert judged("Unlike before, peace and security on the Korean peninsula matters.",
                  "They want peace and security on the Korean peninsula now.") is None  # fmt: skip


texts = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from([*STATEMENT.split(), "“yes”", "한국어", "新西兰总理", "🙂", "שלום", "42"]), max_size=80
    ).map(" ".join),
)


@settings(deadline=None)
@given(texts, texts)
def test_the_order_of_two_texts_does_not_matter(one: str, other: str) -> None:
    forth, back = judged(one, other), judged(other, one)
    assert (forth is None) == (back is None)
    if forth is not None and back is not None:
        assert forth.type == back.type
        assert (forth.coverage_own, forth.coverage_other) == (back.coverage_other, back.coverage_own)
        turned = sorted((passage.seen_from_other() for passage in back.passages), key=lambda each: each.own)
        assert turned == sorted(forth.passages, key=lambda each: each.own)


@settings(deadline=None)
@given(texts, texts)
def test_passages_stand_in_both_texts_on_whole_words(one: str, other: str) -> None:
    judgement = judged(one, other)
    for passage in judgement.passages if judgement else ():
        for text, (start, end) in ((one, passage.own), (other, passage.other)):
            assert 0 <= start < end <= len(text)
            assert text[start].isalnum()
            assert text[end - 1].isalnum() or unicodedata.combining(text[end - 1])


@pytest.mark.parametrize(
    "text",
    ["", "word", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "🙂" * 50, "שלום עולם " * 20, "\ufffd" * 30, "…" * 100],
    ids=["empty", "one word", "numbers", "emoji", "right to left", "replacement", "points"],
)
def test_strange_texts_are_judged_too(text: str) -> None:
    assert judged(text, STATEMENT) is None
    itself = judged(text, text)
    assert itself is None or itself.type == "duplicate"


def test_korean_and_chinese_are_matched_and_counted() -> None:
    shared = "新西兰总理与韩国总统在首尔举行会谈并发表联合声明强调维护台湾海峡和平与稳定的重要性"
    judgement = judged("昨天下午，" + shared + "。记者报道。", "据悉：" + shared + "，双方同意。")
    assert judgement is not None
    [passage] = judgement.passages
    assert passage.words == len(shared) // 2


def test_one_word_a_million_times_is_no_trouble() -> None:
    long = "peace " * 1_000_000
    facts = prepared(long)
    assert len(facts.fingerprints) < 100
    judgement = sameness.judge(facts, prepared(long + "now"))
    assert judgement is not None
    assert judgement.type == "duplicate"


WORDS = [f"{first}{second}" for first in ("ba", "den", "mu", "ter", "vi") for second in ("lan", "ning", "so", "wor")]
LONG = {
    "one sentence": (STATEMENT + " ") * 10_000,
    "no spaces": "新西兰总理与韩国总统在首尔举行会谈" * 120_000,
    "numbers": " ".join(map(str, range(300_000))),
    "every word another": " ".join(random.Random(1).choices(WORDS, k=300_000)),  # noqa: S311  Nothing secret.
    "quotation marks": '"a "b ' * 200_000,
    "a sentence in one letter": "ﷺ" * 500_000,
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", LONG)
def test_megabytes_of_whatever_are_judged_in_seconds(kind: str) -> None:
    text = LONG[kind]
    edited = text[: len(text) // 2].rstrip() + " and so on, it was said" + text[len(text) // 2 :]
    judgement = judged(text, edited)
    assert judgement is None or judgement.coverage_own > 0.9
    # A text without spaces in a script that has them is one word, and one word is no passage; a text that says one
    # thing over and over has too few fingerprints to meet another.
    assert (judgement is None) == (kind in ("a sentence in one letter", "quotation marks"))


def test_quotations_by_the_thousand_cost_what_they_are() -> None:
    said = [
        f"“We saw {number} ships leave the port in the night and only a few came home,” he said."
        for number in range(8_000)
    ]
    judgement = judged(" ".join(said), " ".join(said[::4]))
    assert judgement is not None
    assert sum(len(each.quoted) for each in judgement.passages) >= 1_900


def test_texts_of_little_variety_are_no_trouble() -> None:
    draw = random.Random(1)  # noqa: S311  Nothing secret.
    one, other = (" ".join(draw.choices(["yes", "no"], k=20_000)) for _ in range(2))
    assert judged(one, other) is not None


def test_differences_in_a_long_text_cost_what_they_are() -> None:
    vocabulary = [f"{one}{other}" for one, other in itertools.product(WORDS, WORDS)]
    words = random.Random(2).choices(vocabulary, k=200_000)  # noqa: S311  Nothing secret.
    changed = [word if number % 1_000 else f"X{word}" for number, word in enumerate(words)]
    judgement = judged(" ".join(words), " ".join(changed))
    assert judgement is not None
    told = [edit for passage in judgement.passages for edit in passage.edits]
    assert len(told) == 199
    assert {edit.op for edit in told} == {"replace"}


def test_another_number_far_behind_is_no_duplicate() -> None:
    around = " ".join(random.Random(3).choices(WORDS, k=20_000))  # noqa: S311  Nothing secret.
    judgement = judged(f"{around} 6.7 {around[::-1]}", f"{around} 7.6 {around[::-1]}")
    assert judgement is not None
    assert judgement.type == "revision"


def test_a_form_filled_in_twice_is_no_revision() -> None:
    form = "The Treasury sold {} million dollars of {}-day bills at an average price of {} on {}, it said in {}. "
    one = form.format("450", "90", "98.2", "Monday", "Paris") + "Bids came to {} million. ".format("911")
    other = form.format("700", "30", "97.1", "Tuesday", "Berlin") + "Bids came to {} million. ".format("802")
    judgement = judged(one, other)
    assert judgement is None or judgement.type == "reuse"


def test_a_brief_that_grew_is_a_revision_and_not_an_excerpt() -> None:
    grown = " ".join([STORY, *(f"Paragraph {number} adds what the {number} ministers said." for number in range(40))])
    judgement = judged(STORY, grown)
    assert judgement is not None
    assert judgement.type == "revision"


FOOTER = "Copyright of this service. All rights reserved. This material may not be published or redistributed."


def test_boilerplate_is_no_passage_of_its_own() -> None:
    one = prepared(f"{STATEMENT}\n\n{FOOTER}")
    other = prepared(f"{' '.join(f'Something else was said by minister {n}.' for n in range(9))}\n\n{FOOTER}")
    assert sameness.judge(one, other) is not None
    assert sameness.judge(one, other, prepared(FOOTER).fingerprints) is None


def test_boilerplate_behind_a_quotation_is_cut_off() -> None:
    around = " ".join(f"Minister {number} spoke about something else for the rest of the hour." for number in range(30))
    one, other = prepared(f"{STORY}\n\n{STATEMENT} {FOOTER}"), prepared(f"{around} He said: {STATEMENT} {FOOTER}")
    judgement = sameness.judge(one, other, prepared(FOOTER).fingerprints)
    assert judgement is not None
    assert judgement.type == "reuse"
    assert one.side.text[slice(*judgement.passages[-1].own)] == STATEMENT.rstrip(".")


def test_a_text_that_is_all_boilerplate_is_still_compared() -> None:
    form = prepared(FOOTER + " Printed on Monday.")
    judgement = sameness.judge(form, prepared(FOOTER + " Printed once more."), prepared(FOOTER).fingerprints)
    assert judgement is not None
    assert judgement.type == "revision"


def test_what_judging_needs_survives_the_way_from_a_worker() -> None:
    facts = prepared(STORY)
    arrived = pickle.loads(pickle.dumps(facts))  # noqa: S301  Our own bytes.
    assert sameness.judge(arrived, facts) == sameness.judge(facts, facts)
    assert len(pickle.dumps(facts)) < 30 * len(STORY)
