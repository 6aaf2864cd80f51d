"""`loadwatch tag`: which runs are meant, what is written, and the questions without an answer."""

import json

import pytest

from tests.courses import course_run, line, straight, write_gpx

HOME = straight(0, 4000)
WOODS = line((0, 5000), (1500, 5000), (1500, 6500), (0, 6500), (0, 5000))
HEAD = "start,file,surface,shoe,rpe,name,planned,exclude\n"


@pytest.fixture
def ana(tmp_path):
    """Six runs of March 2026: four along one street, two around a wood; start in UTC."""
    folder = tmp_path / "ana"
    folder.mkdir()
    runs = (
        ("a", "2026-03-03T07:30", HOME, "Tempo"),
        ("b", "2026-03-10T07:30", HOME[::-1] + 6.0, "Easy"),
        ("c", "2026-03-17T07:30", straight(0, 2000), "Easy"),
        ("d", "2026-03-17T18:05", HOME, "Race"),
        ("e", "2026-03-20T07:30", WOODS, "Woods"),
        ("f", "2026-03-24T07:30", WOODS[::-1], "Woods"),
    )
    for name, start, places, title in runs:
        write_gpx(folder / f"{name}.gpx", start, places, title=title)
    return folder


@pytest.fixture
def tag(call, ana):
    def run_tag(*options):
        return call("tag", ana, *options, "--no-store", "--tz", "UTC")

    return run_tag


def rows(call, folder):
    out = call("activities", folder, "--format", "json", "--no-store", "--tz", "UTC")[1]
    return {row["source"][0]: row for row in json.loads(out)["activities"]}


def test_one_answer_holds_for_all_runs_on_the_ground(call, tag, ana):
    code, out, err = tag("--date", "2026-03-03", "--surface", "hard 75 soft 25")
    assert (code, out) == (
        0,
        f"Tagged 1 run in {ana / 'tags.csv'}: surface hard 75 soft 25\n",
    )
    assert "The run of 3 March 2026, 07:30, 4 km." in err
    assert (
        ana / "tags.csv"
    ).read_text() == HEAD + "2026-03-03 07:30,,hard 75 soft 25,,,,,\n"
    found = rows(call, ana)
    assert [found[name]["surface_source"] for name in "abcdef"] == [
        *("tag", "course", "course", "course", "none", "none")
    ]
    for name, metres in (("a", 4000), ("b", 4000), ("c", 2000)):
        assert found[name]["hard_m"] == pytest.approx(0.75 * metres, rel=0.005)
        assert found[name]["soft_m"] == pytest.approx(0.25 * metres, rel=0.005)
    assert found["b"]["inherited_m"] == pytest.approx(found["b"]["distance_m"])
    assert found["b"]["surface_confidence"] == "low"


def test_no_position_is_in_what_is_printed_or_written(call, tag, ana):
    tag("--date", "2026-03-03", "--surface", "hard")
    printed = "".join(
        tag("--list-unknown", "--format", form)[1] for form in ("table", "json")
    )
    printed += call("activities", ana, "--format", "json", "--no-store")[1]
    printed += (ana / "tags.csv").read_text()
    assert "5.60" not in printed and "signature" not in printed


@pytest.mark.parametrize(
    ("options", "starts"),
    [
        (("--date", "2026-03-17 18:05"), ["2026-03-17 18:05"]),
        (("--file", "e.gpx"), ["2026-03-20 07:30"]),
        (("--match", "easy"), ["2026-03-10 07:30", "2026-03-17 07:30"]),
        (("--from", "2026-03-18"), ["2026-03-20 07:30", "2026-03-24 07:30"]),
        (
            ("--from", "2026-03-04", "--to", "2026-03-17", "--match", "race"),
            ["2026-03-17 18:05"],
        ),
        (
            ("--file", "f.gpx", "--same-course"),
            ["2026-03-20 07:30", "2026-03-24 07:30"],
        ),
        (
            ("--match", "tempo", "--same-course"),
            ["2026-03-03 07:30", "2026-03-10 07:30", "2026-03-17 18:05"],
        ),
    ],
)
def test_the_runs_that_are_meant_get_a_line_each(tag, ana, options, starts):
    code, out, _ = tag(*options, "--shoe", "Blue, pair", "--rpe", "4", "--planned")
    assert code == 0
    assert f"Tagged {len(starts)} run" in out
    lines = (ana / "tags.csv").read_text().splitlines()[1:]
    assert lines == [f'{start},,,"Blue, pair",4,,yes,' for start in starts]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--surface", "hard"), "say which runs: --date, --file"),
        (("--date", "2026-03-03"), "say what to write: --surface"),
        (("--date", "2026-03-04", "--surface", "hard"), "no activity is of 2026-03-04"),
        (
            ("--date", "2026-03-17", "--surface", "hard"),
            '2 activities are of 2026-03-17: "2026-03-17 07:30", "2026-03-17 18:05"',
        ),
        (("--match", "swim", "--surface", "hard"), "no run fits"),
        (("--date", "17/03/2026", "--surface", "hard"), "is not a date"),
        (("--date", "2026-03-03", "--surface", "asphalt"), "it can be hard, firm"),
        (("--date", "2026-03-03", "--surface", "hard soft"), "a share for each ground"),
        (
            ("--date", "2026-03-03", "--surface", "hard 75 soft 20"),
            "add up to 95, not to 100",
        ),
        (("--date", "2026-03-03", "--rpe", "11"), "11"),
        (("--date", "2026-03-03", "--file", "a.gpx", "--rpe", "1"), "one of the two"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error_and_writes_nothing(
    tag, ana, options, words
):
    code, out, err = tag(*options)
    assert (code, out) == (2, "")
    assert words in err
    assert not (ana / "tags.csv").exists()


def test_a_hostile_name_of_a_shoe_is_printed_harmlessly(tag):
    code, out, err = tag("--from", "2026-01-01", "--shoe", "a\u202eb\x1b[31m")
    assert code == 0
    assert "\u202e" not in out + err
    assert "\x1b" not in out + err


def test_a_file_that_is_there_keeps_its_form_its_comments_and_foreign_cells(tag, ana):
    before = "\ufeff# mine\r\nStart;Weather;Shoe\r\n3.3.2026;rain; Red \r\n2026-03-20;sun;\r\n"
    (ana / "tags.csv").write_bytes(before.encode("utf-8"))
    tag("--date", "2026-03-03 07:30", "--surface", "soft")
    tag("--match", "woods", "--surface", "firm")
    assert (ana / "tags.csv").read_bytes().decode("utf-8") == (
        "\ufeff# mine\r\nStart;Weather;Shoe;surface\r\n3.3.2026;rain;Red;soft\r\n"
        "2026-03-20;sun;;firm\r\n2026-03-24 07:30;;;firm\r\n"
    )


def test_a_line_that_cannot_be_read_stops_the_writing(tag, ana):
    (ana / "tags.csv").write_text("start,surface\n2026-03-03,mud\n")
    code, _, err = tag("--date", "2026-03-10", "--surface", "hard")
    assert (code, "tags.csv:2" in err) == (1, True)
    assert (ana / "tags.csv").read_text() == "start,surface\n2026-03-03,mud\n"


def test_only_a_folder_can_hold_tags(call, ana):
    code, _, err = call(
        "tag", ana / "a.gpx", "--file", "a.gpx", "--rpe", 3, "--no-store"
    )
    assert (code, "it is no folder" in err) == (1, True)


def test_courses_without_an_answer_are_listed_by_what_they_settle(tag):
    code, out, err = tag("--list-unknown")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith(
        "4 runs, 14 km: the 4 km run of Tuesdays; then 54 % is known"
    )
    assert lines[1].endswith('--date "2026-03-17 18:05" --surface hard')
    assert lines[2].startswith(
        "2 runs, 12 km: the 6 km loop of Tuesday, 24 March, 07:30"
    )
    assert "The ground is known for none of your distance so far." in err
    tag("--date", "2026-03-17 18:05", "--surface", "hard")
    _, out, _ = tag("--list-unknown", "--format", "json")
    found = json.loads(out)
    assert found["known_share"] == pytest.approx(14 / 26, abs=0.01)
    (course,) = found["courses"]
    assert (course["runs"], course["times"], course["shape"]) == (2, 2, "loop")
    assert course["settles_m"] == pytest.approx(12_000, rel=0.01)
    assert course["known_after"] == pytest.approx(1.0, abs=0.001)


def test_unknown_retires_a_run_for_26_weeks(call, tag, ana):
    tag("--date", "2026-03-24", "--surface", "unknown", "--today", "2026-03-25")
    assert "2026-03-24 07:30,,,,,,,,2026-03-25" in (ana / "tags.csv").read_text()
    _, out, _ = tag("--list-unknown", "--format", "json")
    assert [c["source"] for c in json.loads(out)["courses"]] == ["d.gpx", "e.gpx"]
    write_gpx(ana / "g.gpx", "2026-09-20T07:30", straight(20_000, 21_000))
    for today, first in (("2026-09-22", "e.gpx"), ("2026-09-23", "f.gpx")):
        _, out, _ = tag("--list-unknown", "--format", "json", "--today", today)
        sources = [c["source"] for c in json.loads(out)["courses"]]
        assert [s for s in sources if s in ("e.gpx", "f.gpx")] == [first]
    tag("--date", "2026-03-24", "--surface", "soft")
    assert "2026-03-24 07:30,,soft,,,,,,\n" in (ana / "tags.csv").read_text()


def test_without_options_and_terminal_the_courses_are_listed(tag):
    assert tag()[1] == tag("--list-unknown")[1]


def test_a_terminal_is_asked_until_enough_is_known(call, tag, ana, monkeypatch):
    from loadwatch.cli import tag as command

    replies = iter(["hard mostly soft", "soft"])
    monkeypatch.setattr(command, "_is_conversation", lambda: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(replies))
    code, out, err = tag()
    assert code == 0
    assert (
        "Your 4 km run of Tuesday, 17 March, 18:05, run 3 times: which ground is it?"
        in out
    )
    assert (
        "Your 6 km loop of Tuesday, 24 March, 07:30, run 2 times: which ground is it?"
        in out
    )
    assert "no question is open" in err
    assert (ana / "tags.csv").read_text() == (
        HEAD + "2026-03-17 18:05,,hard 75 soft 25,,,,,\n2026-03-24 07:30,,soft,,,,,\n"
    )


def test_the_page_asks_the_one_question_and_names_the_command(call, tag, ana, tmp_path):
    page = tmp_path / "ana.html"
    call("report", ana, "-o", page, "--no-store", "--tz", "UTC")
    text = page.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "Your 4 km run of Tuesday, 17 March, 18:05, run 3 times: which ground is it?"
        in text
    )
    assert "loadwatch tag PATH --date &#34;2026-03-17 18:05&#34; --surface hard" in text
    assert "The ground is known for none of your distance so far" in text
    assert "Three ways" not in text
    tag("--date", "2026-03-17 18:05", "--surface", "hard")
    tag("--date", "2026-03-20", "--surface", "soft")
    call("report", ana, "-o", page, "--no-store", "--tz", "UTC")
    text = page.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "which ground is it?" not in text
    assert "by your tags (38 %) and your answers for other runs there (62 %)" in text


def test_contradicting_answers_are_told(call, tag, ana):
    tag("--date", "2026-03-03", "--surface", "hard")
    tag("--date", "2026-03-10", "--surface", "soft")
    err = call("weeks", ana, "--no-store", "--tz", "UTC")[2]
    assert (
        "Your answers for one course differ: hard on 3 March 2026, 07:30, and soft on "
        "10 March 2026, 07:30." in err
    )


def test_the_anonymous_page_of_a_roster_asks_without_the_clock(call, ana, tmp_path):
    out = tmp_path / "pages"
    call("roster", ana.parent, "-o", out, "--anonymise", "--no-store", "--tz", "UTC")
    (page,) = (out / "athletes").glob("*.html")
    text = page.read_text(encoding="utf-8")
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    assert "of Tuesday, 17 March, run 3 times: which ground is it?" in text
    assert "18:05" not in text


def test_a_course_run_is_a_row_like_any_other():
    assert course_run("2026-03-02", HOME)["signature"]


@pytest.mark.parametrize("rpe", ["nan", "10.5", "-1", "inf", "hard", ""])
def test_an_effort_that_could_not_be_read_back_is_not_written(tag, ana, rpe):
    code, _, err = tag("--date", "2026-03-03", f"--rpe={rpe}")
    assert code == 2
    assert "is not an effort from 0 to 10" in err
    assert not (ana / "tags.csv").exists()


def test_an_effort_may_have_a_comma(tag, ana):
    assert tag("--date", "2026-03-03", "--rpe", "5,5")[0] == 0
    assert (ana / "tags.csv").read_text() == HEAD + "2026-03-03 07:30,,,,5.5,,,\n"


@pytest.mark.parametrize("shoe", ["", "  ", "\t\n", "\x00"])
def test_a_blank_name_is_no_pair_of_shoes(tag, ana, shoe):
    code, _, err = tag("--date", "2026-03-03", "--shoe", shoe)
    assert code == 2
    assert "name the pair of shoes" in err
    assert not (ana / "tags.csv").exists()


def test_options_that_contradict_each_other_write_nothing(tag, ana):
    for options in (("--from", "2026-03-01"), ("--match", "Easy")):
        code, _, err = tag("--date", "2026-03-03", *options, "--surface", "soft")
        assert code == 2
        assert "give one kind of them" in err
    code, _, err = tag("--list-unknown", "--surface", "soft")
    assert code == 2
    assert "--list-unknown writes nothing: leave it out, or --surface" in err
    assert not (ana / "tags.csv").exists()


@pytest.mark.parametrize(
    "content", ["2026-03-03 07:30,,hard,,,,,\n", "PK\x03\x04\x00\x00\n", "surface\n"]
)
def test_a_file_whose_first_line_names_no_run_is_left_as_it_is(tag, ana, content):
    (ana / "tags.csv").write_text(content)
    code, _, err = tag("--date", "2026-03-10", "--surface", "soft")
    assert code == 1
    assert "the first line names the columns, among them start or file" in err
    assert (ana / "tags.csv").read_text() == content


def test_a_note_beyond_the_columns_is_no_cell_of_a_new_column(call, tag, ana):
    before = "start,surface\n2026-03-03 07:30,hard,my note\n"
    (ana / "tags.csv").write_text(before)
    assert tag("--date", "2026-03-10", "--surface", "unknown")[0] == 0
    assert "hard,my note\n" in (ana / "tags.csv").read_text()
    assert tag("--date", "2026-03-03", "--surface", "unknown")[0] == 0
    assert "2026-03-03 07:30,,my note,2" in (ana / "tags.csv").read_text()
    assert call("weeks", ana, "--no-store")[0] == 0


def test_a_file_with_blanks_around_its_name_is_tagged_once(call, tag, ana):
    (ana / " lead .csv").write_text("date,distance_km\n2026-03-26,5\n")
    for _ in range(2):
        assert tag("--file", " lead .csv#2", "--surface", "soft")[0] == 0
    assert (ana / "tags.csv").read_text() == HEAD + ",lead .csv#2,soft,,,,,\n"
    assert "changes nothing" not in call("weeks", ana, "--no-store")[2]
    assert rows(call, ana)[" "]["surface_source"] == "tag"


def test_a_name_that_an_old_encoding_lacks_makes_the_file_utf_8(call, tag, ana):
    old = HEAD + "2026-03-03 07:30,,hard,S\xfc\xdf,,,,\n"
    (ana / "tags.csv").write_bytes(old.encode("cp1252"))
    for day in ("2026-03-03", "2026-03-10"):
        assert tag("--date", day, "--shoe", "\N{HIKING BOOT}")[0] == 0
    text = (ana / "tags.csv").read_text("utf-8")
    assert text.startswith("\ufeffstart,file")
    assert text.count("\N{HIKING BOOT}") == 2
    (ana / "tags.csv").write_bytes(old.encode("cp1252"))
    assert tag("--date", "2026-03-10", "--shoe", "\N{HIKING BOOT}")[0] == 0
    assert "S\xfc\xdf" in (ana / "tags.csv").read_text("utf-8")


def test_bytes_that_are_no_text_do_not_change_the_encoding_of_the_file(tag, ana):
    (ana / "tags.csv").write_text(
        HEAD + "2026-03-03 07:30,,hard,S\xfc\xdf,,,,\n", "utf-8"
    )
    for day in ("2026-03-03", "2026-03-10"):
        assert tag("--date", day, "--shoe", "boot\udcff", "--rpe", "3")[0] == 0
    assert (ana / "tags.csv").read_text("utf-8").count("boot\ufffd,3") == 2
