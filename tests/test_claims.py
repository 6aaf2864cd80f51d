"""Claims: every citation has its DOI, every sentence its source, every number its place in the evidence."""

import re
import tomllib
from importlib.resources import files

import pytest

from loadwatch.assess import rules
from loadwatch.assess.diary.red_flags import CALL_TEXTS, RED_FLAGS
from loadwatch.assess.references import ARTICLE, OURS, load_references
from loadwatch.settings import Settings

DATA = tomllib.loads(
    (files("loadwatch.assess") / "guidance.toml").read_text(encoding="utf-8")
)
SENTENCES = [
    sentence
    for row in DATA["advice"]
    for paragraph in row["paragraphs"]
    for sentence in paragraph
]
# What the studies found, as it was read in them: reference -> numbers that a text may give, with the section of the
# evidence review that holds them (17 corrects the sections before).
ACCEPTED = {
    "frandsen2025": {"5,205", "10", "100", "1.6", "2.3", "30", "2", "4", "1,000"},  # 1; 17
    "gilgen2020": {"3", "6"},  # 1: 3.2 to 6.1 %
    "cloosterman2024": {"30"},  # 2
    "nakaoka2021": {"435"},  # 3
    "foster1998": {"25"},  # 4
    "levine2007": {"20"},  # 6.3
    "gottschall2005": {"9", "54"},  # 6.2
    "cook1985": {"1985"},  # 8
    "malisoux2015": {"264", "22"},  # 8
    "maselli2021": {"2,539"},  # 8; 17
    "wu2021": {"800", "36", "17", "2.6"},  # 8; 17: 36.1 and 16.8 %, odds ratio 2.617
    "menezes2012": {"33", "11,166", "52", "100", "23", "6", "12", "26"},  # 8; 17: points
    "henschke2008": {"72"},  # 8
    "neason2024": {"40", "12"},  # 8
    "cai2017": {"84"},  # 8; 17
    "wu2024": {"9", "1,904"},  # 8; 17
    "leppanen2024": {"325", "24", "0.66", "0.45", "0.97"},  # 17
    "pocovi2024": {"701", "112", "208", "0.72", "0.60", "0.85"},  # 17
    "steffens2016": {"21", "30,850", "0.55", "0.41", "0.74", "0.65", "0.50", "0.86"},  # 17
    "risc2023": {"258", "0", "3"},  # 17
    OURS: {"2026"},  # when we looked for studies
}  # fmt: skip
# of a rule's texts, what is its own method and no finding
METHOD = {"LW05": {"50"}}  # metres over which a grade is fitted
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
DOI = re.compile(r"10\.\d{4,}/\S+")
BANNED = r"\b(told|stands|lies|nobody)\b|high risk"
MAX_WORDS = 30


def find_numbers(text):
    return {number.rstrip(",") for number in NUMBER.findall(text)}


def evidence_texts(rule):
    return [rule.grade_why, rule.lbp, rule.not_known, rule.article, rule.caveat]


def all_texts():
    for sentence in SENTENCES:
        yield sentence["text"]
    for row in DATA["exercise"]:
        yield from row["steps"]
        yield from (row[form]["text"] for form in ("easier", "harder", "sets"))
    yield DATA["stop"]
    yield from CALL_TEXTS.values()
    yield from (sign.listed for sign in RED_FLAGS)
    for rule in rules.RULES:
        yield from (rule.title, rule.asks, rule.measure, *evidence_texts(rule))
        yield from rule.templates.values()


@pytest.mark.parametrize("id_", load_references())
def test_a_reference_has_a_doi_or_the_reason_why_not(id_):
    reference = load_references()[id_]
    assert bool(reference.doi) != bool(reference.no_doi)
    assert not reference.doi or DOI.fullmatch(reference.doi)
    assert reference.grade in {"A", "B", "C", "D", "E", "X", "guideline"}
    assert reference.citation and reference.short


def test_every_reference_is_cited_and_every_citation_a_reference():
    cited = {id_ for sentence in SENTENCES for id_ in sentence["from"]}
    cited |= {id_ for rule in rules.RULES for id_ in rule.references}
    assert cited | {"finucane2020"} == set(load_references())


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence["text"])
def test_a_sentence_rests_on_references_and_its_numbers_are_theirs(sentence):
    assert sentence["from"]
    accepted = {n for id_ in sentence["from"] for n in ACCEPTED.get(id_, ())}
    assert find_numbers(sentence["text"]) <= accepted


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_the_numbers_of_a_rules_evidence_are_those_of_its_references(rule):
    accepted = {n for id_ in (*rule.references, OURS) for n in ACCEPTED.get(id_, ())}
    accepted |= METHOD.get(rule.id, set())
    for text in evidence_texts(rule):
        assert find_numbers(text) <= accepted, text


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_a_rule_rests_on_references_or_says_how_it_was_found(rule):
    assert rule.references or rule.method
    if rule.grade == "B":
        assert any(load_references()[id_].grade == "B" for id_ in rule.references)
    assert rule.not_known.endswith(".")


@pytest.mark.parametrize("rule_id", ["LW08", "LW09", "LW14"])
def test_no_claim_rests_on_a_survey_that_did_not_ask_for_it(rule_id):
    """Wu 2021 asked for an adapted environment and for the type of shoe, not for ground or kilometres."""
    rule = rules.BY_ID[rule_id]
    assert "wu2021" not in rule.references
    assert rule.lbp == "no"
    assert "800" not in " ".join(evidence_texts(rule))


def test_the_articles_view_is_called_the_articles():
    ending = next(s for s in SENTENCES if "ends anyone's running" in s["text"])
    assert ending["from"] == [ARTICLE] and "physiotherapist's view" in ending["text"]


@pytest.mark.parametrize("text", tuple(all_texts()))
def test_texts_are_short_and_plain(text):
    for sentence in re.split(r"(?<=[.!?])\s", text):
        assert len(sentence.split()) <= MAX_WORDS, sentence
    assert not re.search(BANNED, text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("LW08", {"LW08"}),
        ("hard_surface_shift", {"LW08"}),
        ("ground", {"LW08", "LW09", "LW10"}),
        ("shoes", {"LW14"}),
        ("LW99", set()),
    ],
)
def test_rules_are_found_by_id_name_and_words_of_their_titles(word, found):
    assert {rule.id for rule in rules.find_rules(word)} == found
    assert rules.find_rules("") == rules.RULES


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_a_rule_in_full_names_grade_sources_and_what_is_not_known(rule):
    from loadwatch.report import rulebook

    text = rulebook.describe_rule(rule, Settings())
    assert f"Evidence: {rule.grade}" in text
    assert f"Not known: {rule.not_known}" in text
    assert all(f"https://doi.org/{doi}" in text for doi in rule.doi)
    assert "on back pain in runners: no." not in text.lower()
