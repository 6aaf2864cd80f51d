"""What happens to `serve` seldom: odd names, two tabs, addresses that are none, days that cannot be."""

import shutil

import pytest

pytest.importorskip("flask")

from tests.hostile import NAMES
from tests.web_client import PAGES, Visitor, copy_runs

PAIN = {"pain": "3", "day": "2026-11-15"}
ODD = {
    "right to left": "\u202egnp.tif",
    "no text": "caf\udce9",
    "lines": "new\nline\there",
    "long": "x" * 250,
    "markup": "<b>&amp;",
    "template": "{{ 7 * 7 }}%s",
    "hebrew": "שלום",
}
RAW = ("\u202e", "<b>&amp;", "new\nline")  # as no page may have them


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return copy_runs(tmp_path_factory.mktemp("runs") / "me", 4)


@pytest.fixture
def visitor(runs, tmp_path):
    return Visitor(shutil.copytree(runs, tmp_path / "me"))


@pytest.mark.parametrize("name", ODD.values(), ids=ODD)
def test_a_folder_of_an_odd_name_has_all_pages(runs, tmp_path, name):
    folder = shutil.copytree(runs, tmp_path / name)
    (folder / "ru\udce9n.csv").write_text("date,distance_km\n2026-11-16,7.7\n")
    (folder / "torn\u202e.fit").write_bytes(b"\x0e\x20torn")
    visitor = Visitor(folder)
    ids = visitor.site.analysis.activities["activity_id"].tolist()
    for path in (*PAGES, *(f"/runs/{one}" for one in ids)):
        answer = visitor.ask(path)
        assert answer.status_code == 200, path
        text = answer.get_data(as_text=True)
        if path != "/report":  # the title of that page is tested with the report
            assert not [raw for raw in RAW if raw in text], path
    for one in ids:
        assert visitor.send(f"/runs/{one}", {"rpe": "3"}).status_code == 303
    assert visitor.site.analysis.activities["rpe"].tolist() == [3.0] * len(ids)
    shutil.rmtree(folder)
    visitor.site.refresh(at_once=True)
    visitor.site.wait(60)
    text = visitor.read("/")
    assert "is not there any more" in text
    assert "\u202e" not in text


def find_undo(visitor):
    """Return the write that the button of a page takes back."""
    _, _, rest = visitor.read("/").partition('name="change" value="')
    return {"change": rest.partition('"')[0]}


def test_undo_takes_back_what_its_page_shows_and_nothing_else(visitor):
    folder = visitor.site.folder
    visitor.send("/pain", PAIN)
    first = find_undo(visitor)
    visitor.send("/shoes", {"name": "Blue pair", "action": "add"})  # in another tab
    visitor.send("/undo", first)
    assert "look at what Undo says now" in visitor.read("/")
    assert "Blue pair" in (folder / "loadwatch.toml").read_text()
    assert (folder / "diary.csv").exists()
    visitor.send("/undo", find_undo(visitor))
    assert not (folder / "loadwatch.toml").exists()
    visitor.send("/undo", first)
    assert not (folder / "diary.csv").exists()
    visitor.send("/undo", first)  # a second click
    assert "Nothing to undo" in visitor.read("/")


NO_PAGE = (404, "There is no such page.")
NO_FORM = (405, "Nothing was written")


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [
        *((path, *NO_PAGE) for path in ("/none", "/runs/none", "/%00")),
        ("/weeks/2026-02-30", *NO_PAGE),
        *((path, *NO_FORM) for path in ("/pain", "/drop", "/undo", "/files/count")),
    ],
)
def test_an_address_without_a_page_leads_back(visitor, path, code, reason):
    answer = visitor.ask(path)
    assert answer.status_code == code
    text = answer.get_data(as_text=True)
    assert reason in text
    assert 'href="/">Back' in text


@pytest.mark.parametrize("kind", ["a folder", "a link that leads out", "too large"])
@pytest.mark.parametrize("name", ["tags.csv", "diary.csv", "loadwatch.toml"])
def test_a_refusal_names_no_folder_of_the_computer(visitor, tmp_path, name, kind):
    path = visitor.site.folder / name
    if kind == "a folder":
        path.mkdir()
    elif kind == "too large":
        path.write_bytes(b"# mine\n" * 1_000_000)
    else:
        path.symlink_to("/etc/passwd")
    chosen = visitor.site.analysis.activities["activity_id"].iloc[0]
    refused = 0
    for address, form in (
        ("/pain", PAIN),
        (f"/runs/{chosen}", {"rpe": "3"}),
        ("/settings", {"athlete.name": "Bea"}),
        ("/shoes", {"name": "Blue pair", "action": "add"}),
    ):
        text = visitor.send(address, form).get_data(as_text=True) + visitor.read("/")
        assert str(tmp_path) not in text
        assert str(tmp_path.parent) not in text
        refused += name in text and "Written to" not in text
    assert refused


@pytest.mark.parametrize("day", ["0001-01-01", "0226-11-15", "1900-01-01"])
def test_pain_of_a_day_that_would_not_be_read_again_is_refused(visitor, day):
    visitor.send("/pain", {**PAIN, "day": day})
    assert "cannot be right" in visitor.read("/")
    assert not (visitor.site.folder / "diary.csv").exists()


def test_no_pain_is_written_without_a_sign(visitor):
    visitor.send("/pain", {**PAIN, "pain": "-0"})
    assert "2026-11-15,0," in (visitor.site.folder / "diary.csv").read_text()


@pytest.mark.parametrize("km", ["1e308", "nan", "-5", "10 mi", "5" * 400])
def test_a_plan_names_the_day_that_cannot_be(visitor, km):
    page = visitor.send("/plan", {"distance_km_3": km}).get_data(as_text=True)
    assert "plan.csv" not in page
    (problem,) = [line for line in page.splitlines() if "note problem" in line]
    day = (
        page.split('<div class="plan-day"')[4].partition("<b>")[2].partition("</b>")[0]
    )
    assert day in problem
    assert "km" in problem.partition(day)[2]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_hostile_fields_break_no_page(visitor, name):
    forms = (
        ("/pain", {**PAIN, "site": name, "note": name}),
        ("/plan", {"distance_km_1": name, "course_2": name}),
        ("/shoes", {"name": name, "start_km": "5", "action": "add"}),
        ("/course/forget", {"route": name}),
        ("/files/count", {"run": name}),
    )
    for path, form in forms:
        text = {key: value.encode("utf-8", "replace") for key, value in form.items()}
        assert visitor.send(path, text).status_code in (200, 303, 422), path
    for path in PAGES:
        assert visitor.ask(path).status_code == 200, path
