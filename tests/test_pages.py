"""Pages as a browser reads them: structure, escaping, privacy, nothing fetched."""

import datetime as dt
import re
import warnings
from dataclasses import replace

import pytest

from loadwatch import anonymize
from loadwatch.activity import Note
from loadwatch.analysis import Athlete, Roster
from loadwatch.assess import guidance, rules
from loadwatch.assess.budget import Headroom
from loadwatch.date_filter import Period
from loadwatch.pipeline import with_budget
from loadwatch.report import (
    budget_table,
    html,
    markdown,
    page_content,
    page_sections,
    season,
)
from loadwatch.report.pictures import season_picture
from loadwatch.report.terminal import Terminal
from loadwatch.settings import Settings
from loadwatch.verdict import headline, roster_groups
from tests import report_cases as cases
from tests.hostile import HARMLESS, NAMES

TODAY = dt.date(2026, 11, 22)
SVG = "{http://www.w3.org/2000/svg}"
DOI = "https://doi.org/10."


def tree(page):
    """The page as html5lib sees it, which is as browsers do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # html5lib uses what newer Pythons deprecate
        import html5lib

        parser = html5lib.HTMLParser(
            tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False
        )
        document = parser.parse(page)
    return document, [
        error for error in parser.errors if error[1] != "invalid-codepoint"
    ]


def tags(page):
    return {
        (element.tag, attribute)
        for element in tree(page)[0].iter()
        if isinstance(element.tag, str)
        for attribute in ("", *element.attrib)
    }


def roster(*known):
    lines = [roster_groups.summarize_athlete(one, TODAY) for one in known]
    lines.append(
        Athlete(
            name=known[0].name,
            group="unknown",
            level="unknown",
            says=known[0].name,
            last_activity=None,
            flags=0,
        )
    )
    return Roster(name=known[0].name, athletes=tuple(lines), today=TODAY)


@pytest.fixture(scope="module")
def ana():
    found = cases.ana()
    return replace(found, advice=guidance.choose_advice(found.flags))


@pytest.fixture(scope="module")
def pages(ana):
    known = [
        ana,
        cases.steady(),
        cases.two_weeks(),
        cases.empty(),
        cases.five_years(),
        cases.named(HARMLESS),
    ]
    return {one.name: html.format_report(one) for one in known} | {
        "roster": html.format_roster(roster(*known))
    }


@pytest.fixture(scope="module")
def harmless():
    plain = cases.named(HARMLESS)
    return {
        "report": tags(html.format_report(plain)),
        "roster": tags(html.format_roster(roster(plain))),
    }


def test_pages_are_valid_with_unique_ids(pages):
    for name, page in pages.items():
        document, errors = tree(page)
        assert not errors, (name, errors)
        ids = [element.get("id") for element in document.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        assert document.find("head/title").text.endswith("loadwatch")
        assert document.get("lang") == "en"
        assert [e.tag for e in document.find("body")] == ["header", "main", "footer"]
        assert len(document.findall(".//h1")) == 1
        labels = [e for e in document.iter() if e.get("aria-labelledby")]
        assert all(set(e.get("aria-labelledby").split()) <= set(ids) for e in labels)


def test_nothing_runs_and_nothing_is_fetched(pages):
    for page in pages.values():
        document, _ = tree(page)
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
        assert not {"script", "link", "img", "iframe", "object", "form", "base"} & {
            e.tag for e in document.iter()
        }
        assert (
            page.count("http") == page.count("http-equiv") + page.count(DOI)
            and "url(//" not in page
            and "@import" not in page
        )
        for element in document.iter():
            assert not [key for key in element.attrib if key.startswith("on")]
            href = (
                element.get("href")
                or element.get("{http://www.w3.org/1999/xlink}href")
                or "#"
            )
            assert href.startswith(("#", "athletes/", DOI)), href
            if href.startswith(DOI):
                assert element.get("rel") == "noreferrer"


def pictures(page):
    """Every svg of a page that is more than an ornament."""
    found = [e for e in tree(page)[0].iter() if str(e.tag).removeprefix(SVG) == "svg"]
    return [e for e in found if e.get("aria-hidden") != "true"]


def links(element):
    return [a for a in element.iter() if str(a.tag).removeprefix(SVG) == "a"]


def test_every_picture_has_a_name_and_one_with_links_is_no_image(pages):
    for page in pages.values():
        for picture in pictures(page):
            assert len(picture.get("aria-label")) > 20
            assert picture.get("role") == ("group" if links(picture) else "img")


def test_every_bar_is_a_link_to_its_week_and_says_its_values(pages):
    for name in ("Ana K.", "Tom R.", "Nils F.", "Vera O."):
        document, _ = tree(pages[name])
        panels = {
            e.get("id")
            for e in document.iter("section")
            if "panel" in e.get("class", "")
        }
        (picture,) = [p for p in pictures(pages[name]) if p.get("class") == "season"]
        found = links(picture)
        assert {a.get("href").removeprefix("#") for a in found} == panels
        assert len(panels) == len(found) <= 26
        for bar in found:
            title = bar[0].text
            assert title.startswith("Week of ") and ("run" in title or "file" in title)


def test_the_newest_week_is_open_and_only_that(pages):
    document, _ = tree(pages["Ana K."])
    panels = [
        e for e in document.iter("section") if "panel" in e.get("class", "").split()
    ]
    opened = [e.get("id") for e in panels if "newest" in e.get("class").split()]
    assert opened == ["w-2026-11-16"] == [panels[0].get("id")]


@pytest.mark.parametrize("key", NAMES)
def test_a_hostile_name_changes_no_tag_and_no_attribute(key, harmless):
    known = cases.named(NAMES[key])
    page = html.format_report(known)
    assert tags(page) == harmless["report"]
    page.encode("utf-8")
    assert tags(html.format_roster(roster(known))) == harmless["roster"]
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028]", page
    )
    # {{ 7 * 7 }} stays as it stands
    assert "49" not in tree(page)[0].find("head/title").text


def test_same_input_same_bytes(ana):
    assert html.format_report(ana) == html.format_report(ana)
    assert html.format_roster(roster(ana)) == html.format_roster(roster(ana))


def test_pages_stay_small(pages):
    assert max(len(page.encode()) for page in pages.values()) <= 300_000


def test_privacy_no_clock_no_path_no_mail_no_place(ana):
    mail = cases.ana(name="Ana", skipped=cases.ana().skipped)
    rows = mail.activities.assign(
        source="DI/ana.k@mail.example.com_1.fit",
        notes=[[Note("clock", "set late")]] * 101,
    )
    page = html.format_report(
        replace(mail, activities=rows, settings=Settings(osm="/home/ana/berne.osm.pbf"))
    )
    assert "mail.example.com" not in page and "(mail)_1.fit" in page
    assert "/home/" not in page and "berne" not in page
    assert "07:30" not in page and "7:30" not in page  # no start time of day
    assert "latitude" not in page and "longitude" not in page


def test_verdict_comes_before_numbers_before_picture_before_trust(ana, pages):
    found = [h.text for h in tree(html.format_report(ana))[0].iter("h2")]
    assert found == [
        "26 weeks: distance by ground and hills",
        "Raised in the last eight weeks",
        "Ground",
        "Hills",
        "All years",
        "What to do",
        "What this page rests on",
    ]
    page = pages["Ana K."]
    order = [
        "Large change",
        "checks raised",
        'class="tiles"',
        "For this change",
        'class="season"',
        "Evidence D",
        "Not medical advice",
    ]
    assert sorted(order, key=page.index) == order


def test_every_jump_leads_to_a_part_of_the_page(pages):
    for page in pages.values():
        document, _ = tree(page)
        ids = {e.get("id") for e in document.iter() if e.get("id")}
        inner = [a.get("href") for a in links(document)]
        assert {a[1:] for a in inner if a.startswith("#")} <= ids


def test_the_day_says_how_long_ago_it_is(ana):
    page = html.format_report(ana, now=dt.date(2026, 12, 2))
    assert "as of Friday 20 November 2026 (last run; 12 days ago)" in page
    later = replace(ana, today=dt.date(2026, 11, 26))
    text = page_content.describe_day(later, dt.date(2026, 11, 26))
    assert text.endswith("26 November 2026 (last run 22 Nov, 4 days before)")


def test_levels_have_word_and_shape(pages):
    page = pages["Ana K."]
    assert (
        '<span class="flag high"><span aria-hidden="true">\N{BLACK UP-POINTING TRIANGLE}</span> Large change</span>'
        in page
    )
    assert "\N{WHITE CIRCLE}</span> Welcome</span>" in pages["Nils F."]
    assert "=</span> About as usual</span>" in pages["Tom R."]


def test_remedies_where_most_ground_is_unknown(pages):
    assert (
        "% of the distance of the last 12 weeks was on unknown ground."
        in pages["Tom R."]
    )
    for remedy in ("tags.csv", "default_surface"):
        assert remedy in pages["Tom R."]
    assert "was on unknown ground" not in pages["Ana K."]


def test_what_was_left_out_is_named_with_why(pages):
    page = pages["Ana K."]
    assert (
        "Skipped 2026-09-03.fit (not readable): ends early and holds no record." in page
    )
    assert (
        "Counted once: strava/17.gpx is the same run as 3.fit (the same start, duration and distance)."
        in page
    )


def test_map_data_are_credited_where_a_map_was_used(ana):
    rows = ana.activities.assign(
        surface_source="map",
        tagged_m=1000.0,
        inferred_m=0.0,
        unmatched_m=0.0,
        outside_m=0.0,
    )
    assert "OpenStreetMap contributors" in html.format_report(
        replace(ana, activities=rows)
    )
    assert "OpenStreetMap contributors" not in html.format_report(ana)


def test_budget_stands_on_the_page(ana):
    limit = Headroom(
        name="uphill_jump",
        rule="LW04",
        measure="ascent_m",
        unit="m",
        used=100.0,
        left=50.0,
        limit=150.0,
        week=dt.date(2026, 11, 16),
    )
    page = html.format_report(replace(ana, limits=(limit,)))
    assert "Room before a check is raised" in page and "up to 150 m" in page
    assert "up to 150 m of climb. Not a target." in page.replace("\xa0", " ")


def test_red_flags_of_a_diary_stand_above_everything(ana):
    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.diary.red_flags import RED_FLAGS, tick_red_flag

    sign = tick_red_flag(RED_FLAGS[0].column, TODAY)
    answer = Answer(state="red_flags", says=sign.says, red_flags=(sign,))
    known = replace(cases.steady(), diary=answer)
    assert headline.build_verdict(known).state == "high"
    assert roster_groups.summarize_athlete(known, TODAY).group == "call"
    page = html.format_report(known)
    assert page.index(f"Tell them: “{sign.says}, since") < page.index('class="season"')


def red():
    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.diary.red_flags import RED_FLAGS, tick_red_flag

    sign = tick_red_flag(RED_FLAGS[0].column, TODAY)
    answer = Answer(state="red_flags", says=sign.says, red_flags=(sign,))
    return with_budget(replace(cases.ana(), diary=answer))


def test_a_page_with_a_sign_to_act_on_offers_no_exercise_and_no_room():
    one = red()
    page, handout = html.format_report(one), html.format_handout(one)
    for text in (page, handout):
        assert "Tell them: “" in text and "When to get help" in text
        assert "Single-leg bridge" not in text and "the article suggests" not in text
    assert budget_table.SIGN_FIRST in page and "This week and next" not in page
    assert page_content.HELP_FIRST in page
    assert handout.count('<section class="side">') == 2
    assert "What was found and agreed" in handout
    quiet = html.format_report(with_budget(cases.ana()))
    assert "Single-leg bridge" in quiet and "Tell them" not in quiet


def test_the_terminal_and_markdown_say_whom_to_call_first():
    one = red()
    (sign,) = page_sections.list_urgent(one)
    for text in (
        Terminal(1000).format_verdict(one),
        Terminal(1000).format_budget(one),
    ):
        assert sign.call in text
    text = markdown.format_report(one)
    assert markdown.escape_line(sign.call) in text
    assert "## What to do" not in text and "## Room" not in text


def test_no_room_is_named_for_weeks_that_are_over():
    one = with_budget(cases.ana())
    last_week = max(limit.week for limit in one.limits)
    ends = last_week + dt.timedelta(days=6)
    assert "This week and next" in html.format_report(one, now=ends)
    page = html.format_report(one, now=ends + dt.timedelta(days=1))
    assert budget_table.OVER in page and "This week and next" not in page
    back = replace(one, today=one.today - dt.timedelta(weeks=3))
    assert page_content.find_clock_day(back, ends) is None


def test_many_checks_that_a_plan_leaves_open_are_named_by_their_ids():
    few, many = ["LW08", "LW09"], [rule.id for rule in rules.RULES[:9]]
    named = budget_table._name_checks(few)
    assert named.startswith("A week with much more hard ground (LW08) and ")
    assert budget_table._name_checks(many) == f"9 checks ({', '.join(many)})"


def test_the_hills_axis_names_the_most_up_and_the_most_down():
    one = cases.ana()
    weeks = season.build_season(one)
    up = max(week.ascent_m for week in weeks.weeks if week.ascent_m > 0)
    down = max(week.descent_m for week in weeks.weeks if week.descent_m > 0)
    drawn = season_picture.draw_season(weeks).render()
    assert f"\N{UPWARDS ARROW} {weeks.format_height(up)}<" in drawn
    assert f"\N{DOWNWARDS ARROW} {weeks.format_height(down)}<" in drawn


def test_an_old_page_that_speaks_of_this_week_says_which_it_is():
    one = cases.steady()
    found = headline.build_verdict(one)
    now = one.today + dt.timedelta(weeks=20)
    line = page_content.describe_age(one, found, now)
    name = "last week" if "last week" in found.sentence else "this week"
    assert name in found.sentence and f"“{name}” here" in line


def test_numbers_follow_period_and_units(ana):
    page = html.format_report(ana, Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31)))
    assert "26 Oct 2026" in page and "9 Nov 2026" not in page
    assert tree(page)[0].findall(".//p[@class='lede']")[0].findtext("span") is not None
    miles = html.format_report(cases.ana(settings=Settings(units="imperial")))
    assert " mi" in miles and " ft" in miles


def test_roster_groups_links_and_sentence(ana, pages):
    page = pages["roster"]
    heads = ["".join(h.itertext()) for h in tree(page)[0].iter("h2")]
    assert heads[0].startswith("Talk to first (") and heads[-1].startswith(
        "Not enough data ("
    )
    links = [a.get("href") for a in tree(page)[0].iter("a")]
    assert "athletes/ana-k.html" in links and len(links) == len(set(links)) == 6
    assert re.search(r'class="lede">\w+ to talk to first', page)
    assert re.search(r"<p>\w+ .* and .* without enough data\.", page)
    assert (
        html.format_roster(Roster(name="x", athletes=(), today=None)).count(
            "No athletes."
        )
        == 1
    )


def test_roster_of_five_hundred(ana):
    line = roster_groups.summarize_athlete(ana, TODAY)
    many = tuple(replace(line, name=f"Athlete {i}") for i in range(500))
    page = html.format_roster(Roster(name="Many", athletes=many, today=TODAY))
    assert page.count("<tr>") == 501 and len(page.encode()) < 1_500_000


def test_anonymised_roster_names_nobody(ana):
    page = html.format_roster(anonymize.anonymise_roster(roster(ana, cases.steady())))
    assert (
        "Ana" not in page
        and "Tom" not in page
        and "Athlete 1" in page
        and "athletes/athlete-1.html" in page
    )


def test_each_rule_is_told_with_its_evidence(pages):
    for rule in rules.RULES:
        assert f"<dt>{rule.id} " in pages["Ana K."]


def outline(page):
    """Tags, ids, classes and headings of a page, without its words and its pictures' insides."""
    lines = []

    def walk(element, depth):
        if not isinstance(element.tag, str):
            return
        tag = element.tag.removeprefix(SVG)
        label = " ".join(
            f"{key}={element.get(key)}"
            for key in ("id", "class", "role", "aria-label")
            if element.get(key)
        )
        text = (
            f" {element.text.strip()}"
            if tag in ("h1", "h2", "h3", "summary") and element.text
            else ""
        )
        lines.append(f"{'  ' * depth}{tag} {label}{text}".rstrip())
        if tag not in ("svg", "tr", "dl", "ul", "ol") and "exercise-row" not in label:
            for child in element:
                walk(child, depth + 1)

    walk(tree(page)[0].find("body"), 0)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", ["Ana K.", "Tom R.", "Nils F.", "Nobody", "roster"])
def test_structure_as_it_was(golden, pages, name):
    golden(f"page_{name.split()[0].lower()}.txt", outline(pages[name]))
