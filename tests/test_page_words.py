"""The words of the pages: few, short sentences, none of those that a reader reads twice."""

import datetime as dt
import re
import warnings
from dataclasses import replace

import pytest

from loadwatch.analysis import Roster
from loadwatch.assess import guidance
from loadwatch.pipeline import with_budget
from loadwatch.report import html, page_tiles, page_weeks, season
from loadwatch.report.known_ground import KnownGround
from loadwatch.verdict import event_lines, roster_groups
from loadwatch.verdict.headline import build_verdict
from tests import report_cases as cases

TODAY = dt.date(2026, 11, 22)
HEADLINE, SENTENCE, CARD, ANYWHERE = 18, 20, 25, 30  # words at most
# idioms that are correct and yet read twice; whole words
BANNED = (
    "told",
    "tells",
    "stands",
    "lies",
    "steady",
    "nobody told",
    "ground that nobody",
    "one row a kind",
    "held against three of them",
    "stays quiet this check",
    "they are none",
)


def spike(name="Spike", last=90.0, **more):
    rows = [row for number in range(20) for row in cases.week(number, 40.0)]
    return cases.analysis(
        [*rows, *cases.week(20, last, 45.0, hard=0.9)], name=name, **more
    )


def known(analysis):
    advice = guidance.choose_advice(analysis.flags)
    return with_budget(replace(analysis, advice=advice))


@pytest.fixture(scope="module")
def athletes():
    found = [
        cases.ana(),
        cases.steady(),
        cases.two_weeks(),
        cases.five_years(),
        cases.empty(),
        spike(),
        spike("Fall", last=12.0),
        spike("Imperial", settings=cases.Settings(units="imperial")),
    ]
    return {one.name: known(one) for one in found}


@pytest.fixture(scope="module")
def documents(athletes):
    import html5lib

    parsed = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, one in athletes.items():
            parsed[name] = html5lib.parse(
                html.format_report(one), namespaceHTMLElements=False
            )
    return parsed


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def by_class(document, name):
    return [e for e in document.iter() if name in (e.get("class") or "").split()]


def words(text):
    return [word for word in text.split() if any(char.isalnum() for char in word)]


def sentences(text):
    return [part for part in re.split(r"(?<=[.?!;:])\s+", text) if part]


def test_a_headline_has_eighteen_words_at_most(documents):
    for name, document in documents.items():
        (lede,) = by_class(document, "lede")
        assert len(words(text_of(lede))) <= HEADLINE, (name, text_of(lede))


def test_tiles_and_boxes_have_short_sentences(documents):
    for name, document in documents.items():
        for part in ("tile", "do", "tiles-of"):
            for element in by_class(document, part):
                for sentence in sentences(text_of(element)):
                    assert len(words(sentence)) <= SENTENCE, (name, sentence)


def test_there_are_four_tiles_at_most_and_each_says_what_it_is_compared_with(documents):
    for name, document in documents.items():
        tiles = by_class(document, "tile")
        assert len(tiles) <= 4, name
        for tile in tiles:
            (line,) = by_class(tile, "line")
            assert re.search("usual|in 30 days|logged before", text_of(line)), name


def test_a_tile_of_one_run_is_named_so():
    rows = [row for number in range(20) for row in cases.week(number, 40.0)]
    last = cases.week(20, 40.0)
    for row, climb in zip(last, (20.0, 20.0, 20.0, 420.0), strict=True):
        row["ascent_m"] = climb
    one = cases.analysis([*rows, *last])
    tiles = page_tiles.build_tiles(one, build_verdict(one))
    names = {tile.key: (tile.name, tile.number) for tile in tiles}
    assert names["climb"] == ("Climb in one run", "420")
    one = cases.steady()
    tiles = page_tiles.build_tiles(one, build_verdict(one))
    assert "Climb" in {tile.name for tile in tiles}


def test_who_knows_the_ground_is_two_sentences_where_one_is_long():
    head = "The ground is known for all of the last 26 weeks' distance"
    short = KnownGround(head, "your tags")
    assert short.format_text() == f"{head}, by your tags."
    assert KnownGround(head, "").format_text() == f"{head}."
    sources = (
        "your tags (10 %), the watch's or list's label (20 %), the map extract (30 %) "
        "and your answers for other runs there (40 %)"
    )
    long = KnownGround(head, sources).format_text()
    assert long == f"{head}. Known by {sources}."
    assert max(len(words(part)) for part in sentences(long)) <= ANYWHERE


def test_a_reason_has_twenty_five_words_before_its_why(athletes):
    for one in athletes.values():
        if not len(one.weeks):
            continue
        weeks = season.build_season(one)
        lines = [
            reason.line
            for panel in page_weeks.build_panels(weeks, one)
            for reason in panel.reasons
        ]
        lines += [line.text for line in page_weeks.list_raised(weeks, one)]
        for line in lines:
            assert len(words(line)) <= CARD, line


def test_no_sentence_of_handout_roster_or_page_has_over_thirty_words(
    documents, athletes
):
    import html5lib

    texts = [
        roster_groups.summarize_athlete(one, TODAY).says for one in athletes.values()
    ]
    handouts = [
        html5lib.parse(html.format_handout(one), namespaceHTMLElements=False)
        for one in athletes.values()
    ]
    for document in (*documents.values(), *handouts):
        texts += [text_of(e) for tag in ("p", "li") for e in document.iter(tag)]
    for text in texts:
        for sentence in re.split(r"(?<=[.?!])\s+", text):
            assert len(words(sentence)) <= ANYWHERE, sentence


def test_all_that_one_run_raised_comes_in_sentences_of_thirty_words():
    parts = [
        "Saturday: longest run 153 km, 5.4 times as long as any in the 30 days before",
        "155 km in a week, 88 % more than the four weeks before",
        "steep downhill 46.1 km, 3.8 times your usual",
        "climb 5,711 m, 3.2 times your usual",
        "one run climbed 5,625 m, 3.9 times the 30 days before",
    ]
    text = event_lines.join_parts(parts)
    assert re.split("; |[.] ", text.lower()) == [part.lower() for part in parts]
    for sentence in re.split(r"(?<=[.]) ", f"Week of 10 June 2021: {text}."):
        assert len(words(sentence)) <= ANYWHERE
    assert ". 155 km in a week" in text and ". Climb 5,711 m" in text


def test_no_banned_word_is_in_sight(documents, athletes):
    pages = {name: text_of(doc.find("body")) for name, doc in documents.items()}
    lines = [roster_groups.summarize_athlete(one, TODAY) for one in athletes.values()]
    roster = Roster(name="Hills", athletes=tuple(lines), today=TODAY)
    pages["roster"] = re.sub("<[^>]+>", " ", html.format_roster(roster))
    pages["handout"] = re.sub(
        "<[^>]+>", " ", html.format_handout(athletes["Ana K."])
    ).split("</style>")[-1]
    for name, text in pages.items():
        for word in BANNED:
            found = re.search(rf"\b{word}\b.{{0,60}}", text, re.IGNORECASE)
            assert not found, (name, found and found[0])


def test_an_old_page_says_which_week_is_meant(athletes):
    page = html.format_report(athletes["Ana K."], now=dt.date(2027, 2, 1))
    assert "No run for 10 weeks: “last week” here is the week of 9 November" in page
    assert "No run for" not in html.format_report(athletes["Ana K."])
