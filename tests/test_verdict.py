"""The first sentence and a roster's groups: true words, and none of them promises anything."""

import datetime as dt
from dataclasses import replace

import pytest

from loadwatch import anonymize
from loadwatch.assess.rules import RULES, Flag
from loadwatch.report import slugs
from loadwatch.settings import Settings
from loadwatch.verdict import event_lines, headline, levels, phrases
from loadwatch.verdict import roster_groups as athletes
from tests import report_cases as cases
from tests.builders import run

TODAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def ana():
    return cases.ana()


def raised(
    rule,
    level,
    week=dt.date(2026, 11, 16),
    value=2.0,
    limit=1.1,
    amount=20_000.0,
    usual=10_000.0,
    unit="m",
):
    return Flag(
        week=week,
        rule=rule,
        name=rule.lower(),
        level=level,
        value=value,
        limit=limit,
        amount=amount,
        usual=usual,
        held_against=usual,
        unit=unit,
        says="It changed.",
        evidence="B",
        template=level,
    )


def test_the_largest_change_and_one_of_another_kind_come_first(ana):
    found = headline.build_verdict(ana)
    # 52 km at 45 m/km are 2,340 m; the weeks before climb 15 m/km: median of 52, 50, 48, 37 km...
    # = 735 m; at 10 % for 60 % of the climb
    assert found.state == "high"
    assert found.sentence == (
        "14 km downhill at 5 % or steeper last week, 3.2 times your usual."
    )
    assert found.counts.startswith("3 checks raised in the weeks of 9 Nov and 16 Nov.")
    assert found.counts.endswith("it does not predict an injury.")


def test_a_usual_week_says_what_was_run_and_promises_nothing():
    found = headline.build_verdict(cases.steady())
    assert found.state == "usual"
    assert found.sentence == "40 km this week, usually 40 km; 40 km last week."
    assert "does not mean that all is well" in found.counts
    assert {gap.rule for gap in found.unjudged} >= {
        "LW08",
        "LW09",
    }  # the surface is unknown


@pytest.mark.parametrize(
    ("measure", "state", "expected"),
    [
        (  # 0.95 a metre
            "steps",
            "usual",
            "38,000 this week, usually 38,000; 38,000 last week",
        ),
        ("trimp", "unknown", "too little is known of the training impulse"),
    ],
)
def test_the_state_is_of_the_load_that_was_chosen(measure, state, expected):
    found = headline.build_verdict(cases.steady(settings=Settings(load=measure)))
    assert found.state == state
    assert expected in found.sentence.replace(" steps", "")


def test_a_beginner_reads_one_kind_line():
    found = headline.build_verdict(cases.two_weeks())
    assert found.state == "unknown"
    assert found.word == "Welcome"
    # the weeks of 25 May and 1 June, then 8 June: three lie before that of 15 June
    assert found.sentence == (
        "two weeks so far: 20, 22 km. From the week of 15 Jun loadwatch can compare."
    )
    assert found.counts.startswith("Until then nothing is compared")
    assert found.unjudged == ()


def test_a_beginner_of_three_weeks_is_compared_from_the_next_one_on():
    rows = [row for n, km in enumerate((3, 8, 9)) for row in cases.week(n, km)]
    found = headline.build_verdict(cases.analysis(rows))
    assert found.sentence == (
        "three weeks so far: 3, 8, 9 km. From the week of 15 Jun loadwatch can compare."
    )
    # on the Wednesday after them the week in progress is the first that can be compared
    later = cases.analysis(rows, today=dt.date(2026, 6, 17))
    assert headline.build_verdict(later).sentence == (
        "three weeks so far: 3, 8, 9 km. From this week loadwatch can compare."
    )


def test_weeks_after_a_break_name_the_last_usual_one():
    rows = [
        row
        for number in range(20)
        if number not in (16, 17)
        for row in cases.week(number, 40.0 if number < 18 else 22.0)
    ]
    found = headline.build_verdict(cases.analysis(rows))
    assert found.state == "unknown"
    assert found.sentence == (
        "22 km this week, no usual week yet; your last usual was 40 km."
    )


def test_nothing_read_is_unknown():
    found = headline.build_verdict(cases.empty())
    assert (found.state, found.weeks) == ("unknown", ())
    assert found.sentence == "no run was found in what was read."


def test_a_runner_who_stopped_is_unknown():
    found = headline.build_verdict(cases.steady(today=dt.date(2026, 11, 20)))
    assert found.state == "unknown"
    assert found.sentence == ("no runs since 11 Oct; your last usual was 40 km.")


def test_checks_switched_off_are_not_counted_as_quiet():
    off = {"session_spike": {"enabled": False}, "week_jump": {"enabled": False}}
    found = headline.build_verdict(cases.steady(settings=Settings(rules=off)))
    assert found.state == "usual"
    assert "No check raised" not in found.counts


def test_info_is_never_raised(ana):
    quiet = replace(
        cases.steady(), flags=(raised("LW01", "info", dt.date(2026, 10, 5)),)
    )
    found = headline.build_verdict(quiet)
    assert (found.state, found.flags, len(found.notes)) == ("usual", (), 1)


def test_only_two_weeks_count():
    flags = (raised("LW01", "high", dt.date(2026, 11, 2)),)
    found = headline.build_verdict(replace(cases.ana(), flags=flags))
    assert found.state == "usual"  # 52 km last week; the usual is 49 km
    assert (
        found.sentence == "52 km last week, usually 49 km. Two weeks ago: a 20 km run."
    )
    assert headline.list_current_flags(replace(cases.ana(), flags=flags)) == ()


def test_flags_order_by_level_then_by_how_far_over():
    flags = [
        raised("LW02", "watch", value=9.0),
        raised("LW05", "high", value=2.0),
        raised("LW04", "high", value=3.0),
    ]
    assert [flag.rule for flag in levels.sort_by_size(flags)] == [
        "LW04",
        "LW05",
        "LW02",
    ]
    assert len(event_lines.list_events([*flags, *flags])) == 3


@pytest.mark.parametrize("units", ["metric", "imperial"])
@pytest.mark.parametrize("rule", [rule.id for rule in RULES if rule.phrase])
def test_each_phrase_is_a_sentence_part(rule, units):
    for usual in (10_000.0, 0.0):
        flag = raised(rule, "high", usual=usual)
        for text in phrases.list_phrases(flag, units):
            assert text and not set("{}[]") & set(text)
            assert "nan" not in text and not text.endswith(".")
            assert ("km" in text) <= (units == "metric")
        assert phrases.count_words(phrases.format_mention(flag, units)) <= 4


def test_a_spike_in_words():
    # 20 km after 14 km: 43 % more; after 5 km: 4.0 times
    spike = raised("LW01", "watch", usual=14_000.0)
    timing = phrases.Timing("this week", "Saturday's")
    assert phrases.list_phrases(spike, "metric", timing) == (
        "Saturday's 20 km was 43 % over your longest in 30 days",
        "Saturday's 20 km was 43 % over your longest",
    )
    large = raised("LW01", "high", usual=5_000.0)
    assert "4.0 times your longest" in phrases.list_phrases(large, "metric")[-1]
    assert phrases.format_mention(spike, "metric") == "a 20 km run"


@pytest.mark.parametrize(
    ("amount", "mention"),
    [
        (8_900.0, "an 8.9 km run"),
        (11_500.0, "an 11.5 km run"),
        (18_000.0, "an 18 km run"),
        (82_000.0, "an 82 km run"),
        (110_000.0, "a 110 km run"),
        (1_800.0, "a 1.8 km run"),
        (12_000.0, "a 12 km run"),
    ],
)
def test_a_number_has_the_article_that_it_is_read_with(amount, mention):
    assert (
        phrases.format_mention(raised("LW01", "watch", amount=amount), "metric")
        == mention
    )


def test_groups_of_a_roster(ana):
    groups = {
        known.name: athletes.summarize_athlete(known, dt.date(2026, 11, 22)).group
        for known in (ana, cases.two_weeks(), cases.steady(), cases.empty())
    }
    assert groups == {
        "Ana K.": "talk",
        "Nils F.": "low",
        "Tom R.": "low",  # no file for six weeks
        "Nobody": "unknown",
    }
    line = athletes.summarize_athlete(cases.steady())
    assert (line.group, line.level, line.state, line.last_activity) == (
        "fine",
        "info",
        "usual",
        dt.date(2026, 10, 11),
    )
    assert (
        athletes.summarize_athlete(cases.steady(), TODAY).says
        == "No files since 11 October 2026."
    )
    assert athletes.summarize_athlete(ana).says.startswith(
        "Steep downhill 14 km, 3.2 times your usual; climb 2,340 m"
    )


def test_order_of_a_roster_is_by_group_change_and_name(ana):
    smaller = replace(
        ana, name="Zoe", flags=(raised("LW04", "high", value=2.2, limit=2.0),)
    )
    line = [
        athletes.summarize_athlete(a)
        for a in (cases.steady(name="b"), cases.steady(name="a"), smaller, ana)
    ]
    assert [a.name for a in athletes.sort_athletes(tuple(line))] == [
        "Ana K.",
        "Zoe",
        "a",
        "b",
    ]


def test_slugs_are_safe_and_unique():
    lines = [
        athletes.summarize_athlete(cases.empty(name=name))
        for name in ("Ana K.", "ana k", "../../etc", "李", "CON", "Zoë", "")
    ]
    assert slugs.make_slugs(lines) == [
        "ana-k",
        "ana-k-2",
        "etc",
        "runner-c16667ca",
        "con-runner",
        "zoe",
        "runner",
    ]
    assert len(slugs.make_slug("x" * 500)) == slugs.SLUG_LENGTH


def test_anonymous_keeps_the_numbers_and_drops_the_names():
    secret = "Ana Secret"
    known = anonymize.anonymise_analysis(cases.named(secret))
    assert secret not in repr(
        (
            known.name,
            known.flags,
            known.skipped,
            known.duplicates,
            known.remarks,
            known.settings,
        )
    )
    assert not known.activities.map(lambda cell: secret in str(cell)).to_numpy().any()
    assert known.activities["distance_m"].equals(
        cases.named(secret).activities["distance_m"]
    )
    assert set(known.activities["source"]) >= {twin.of for twin in known.duplicates}


def test_a_coach_reads_each_change_once(ana):
    both = (
        raised("LW10", "high"),
        raised("LW01", "watch", usual=14_000.0),
        raised("LW08", "high"),
    )
    verdict = replace(
        headline.build_verdict(ana), flags=both, events=event_lines.list_events(both)
    )
    assert athletes.format_brief(ana, verdict) == (
        "Hard ground 20 km, usually 10 km. Longest run 20 km, 43 % longer than any in the "
        "30 days before."
    )


def test_who_stopped_after_a_raised_week_is_talked_to_and_later_is_low(ana):
    soon = athletes.summarize_athlete(ana, dt.date(2026, 12, 10))
    late = athletes.summarize_athlete(ana, dt.date(2026, 12, 30))
    assert (soon.group, late.group) == ("talk", "low")
    assert athletes.as_of(soon, dt.date(2026, 12, 30)).says == late.says


def test_an_athlete_gone_silent_keeps_what_was_raised_and_no_numbers(ana):
    line = athletes.summarize_athlete(ana, dt.date(2026, 12, 10))
    assert (line.group, line.state, line.silent, line.trend) == (
        "talk",
        "unknown",
        True,
        None,
    )
    assert line.says.startswith(
        "No files since 20 November 2026; until then: Steep downhill 14 km"
    )


def test_a_line_holds_the_week_that_its_sentence_is_about(ana):
    line = athletes.summarize_athlete(ana)
    assert line.trend is not None
    # KMS[24], the last complete week, and that of the climb
    assert line.trend.week == 52_000.0
    # a Wednesday
    steady = athletes.summarize_athlete(cases.steady(today=dt.date(2026, 10, 7)))
    assert steady.trend is not None
    # the last complete week, not the one begun
    assert steady.trend.week == pytest.approx(40_000.0)
    assert steady.trend.levels[-1] == "so_far"


def test_the_second_athlete_stands_before_the_tenth():
    lines = tuple(
        athletes.summarize_athlete(cases.steady(name=f"Athlete {n}"))
        for n in (10, 2, 1)
    )
    assert [line.name for line in athletes.sort_athletes(lines)] == [
        "Athlete 1",
        "Athlete 2",
        "Athlete 10",
    ]


def test_silent_ones_come_last_the_last_heard_of_first():
    day = dt.date(2026, 12, 24)
    lines = (
        athletes.summarize_athlete(cases.two_weeks(), day),  # June
        athletes.summarize_athlete(cases.steady(), day),  # October
        athletes.summarize_athlete(cases.two_weeks(name="New"), None),
    )
    assert [line.name for line in athletes.sort_athletes(lines)] == [
        "Tom R.",
        "Nils F.",
        "New",  # not enough data, the last group
    ]


def test_the_day_of_the_last_run_is_not_that_of_a_later_ride():
    ride = run("2026-10-30T08:00", 30, sport="cycling")
    known = cases.analysis(
        [*[row for n in range(20) for row in cases.week(n, 40.0)], ride]
    )
    assert known.today == dt.date(2026, 10, 30)
    assert headline.build_verdict(known).sentence == (
        "no runs since 11 Oct; your last usual was 40 km."
    )


def test_runs_that_lie_ahead_of_today_are_no_missing_runs():
    found = headline.build_verdict(cases.steady(today=dt.date(2026, 5, 1)))
    assert found.sentence == "no run up to 1 May 2026; the first is of 26 May 2026."


def test_a_last_week_without_a_run_is_the_reason_told():
    weeks = [row for n in range(20) if n != 18 for row in cases.week(n, 40.0)]
    found = headline.build_verdict(cases.analysis(weeks, today=dt.date(2026, 10, 7)))
    assert found.sentence == "no file last week, usually 40 km."
    assert found.counts == (
        "Nothing could be judged in the week of 28 Sep, of which there is no file: a "
        "watch left at home is not a rest."
    )


def test_both_weeks_of_one_check_are_told():
    weeks = (dt.date(2026, 11, 9), dt.date(2026, 11, 16))
    found = event_lines.list_events(
        raised("LW04", "high", week, value=5.0 - n) for n, week in enumerate(weeks)
    )
    assert [event.week for event in found] == list(weeks)


def ultra():
    """A 100 km run as three checks have it, and a note that joins others."""
    run = replace(raised("LW01", "high", amount=100_000.0, usual=25_000.0), value=4.0)
    run = replace(run, day=dt.date(2026, 11, 21))
    climb = raised("LW06", "watch", amount=3_600.0, usual=300.0, value=12.0)
    climb = replace(climb, unit="m", evidence="E")
    week = replace(raised("LW02", "watch", value=1.8), evidence="C")
    one = [replace(flag, event="2026-11-16/abc") for flag in (week, climb, run)]
    return [raised("LW10", "info"), *one]


def test_flags_of_one_cause_are_one_line_the_best_evidenced_first(ana):
    found = event_lines.list_events(ultra())
    assert [[flag.rule for flag in event.flags] for event in found] == [
        ["LW01", "LW02", "LW06"],
        ["LW10"],
    ]
    assert (found[0].level, found[0].is_raised, found[1].is_raised) == (
        "high",
        True,
        False,
    )
    line = event_lines.format_event(found[0], "metric")
    assert line.startswith("Saturday: longest run 100 km, 4.0 times as long as any")
    assert line.index("in a week") < line.index("one run climbed 3,600 m")


def test_what_was_planned_is_shown_as_planned_and_counts_for_nothing(ana):
    flags = tuple(replace(flag, planned=True) for flag in ultra())
    (event, *_) = event_lines.list_events(flags)
    assert (event.level, event.is_raised, event.is_planned) == ("info", False, True)
    known = replace(ana, flags=flags)
    assert headline.build_verdict(known).state not in {"high", "watch"}
    assert headline.list_current_flags(known) == ()
    assert "(planned)" in event_lines.format_event(event, "metric")
