"""Settings: layers, and one clear line for each mistake."""

from datetime import date
from pathlib import Path

import pytest

from loadwatch import settings
from loadwatch.errors import SettingsError
from loadwatch.settings import Settings

LIMITS = {
    preset: {"watch": 1.1, "high": 2.0, "more_m": 500.0, "known": 0.7}
    for preset in settings.PRESETS
}
RULES = {
    name: settings.RuleKeys(
        id=id_, limits=LIMITS, levels=("watch", "high"), shares=frozenset(("known",))
    )
    for name, id_ in (("session_spike", "LW01"), ("downhill_jump", "LW05"))
}


def _file(folder: Path, text: str) -> Path:
    path = folder / "loadwatch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _load(folder: Path, text: str) -> Settings:
    return settings.load([_file(folder, text)], {}, RULES)


def test_no_file_is_all_default(tmp_path):
    assert settings.load([tmp_path / "loadwatch.toml"], {}, RULES) == Settings()


def test_every_key_is_read_with_its_line(tmp_path):
    read = _load(
        tmp_path,
        'preset = "novice"\n[athlete]\nname = "Ana"\nsex = "f"\nhr_rest = 52\nhr_max = 188\n'
        'birth_year = 1990\n[weeks]\nweek_start = "sun"\ntz = "Europe/Zurich"\nload = "steps"\n'
        'sports = ["running", "walking"]\n[surface]\ndefault_surface = "hard"\n'
        'classes = { ground = "firm" }\n[lists]\ndistance_unit = "mi"\n[elevation]\n'
        "virtual_altitude = true\n[rules.downhill_jump]\nwatch = 1.25\n",
    )
    assert (read.name, read.sex, read.hr_rest, read.hr_max, read.birth_year) == (
        "Ana",
        "f",
        52,
        188,
        1990,
    )
    assert (read.week_start, read.tz, read.load) == ("sun", "Europe/Zurich", "steps")
    assert read.sports == ("running", "walking")
    assert (read.default_surface, read.classes, read.distance_unit) == (
        "hard",
        {"ground": "firm"},
        "mi",
    )
    assert read.virtual_altitude
    assert read.rules == {"downhill_jump": {"watch": 1.25}}
    assert read.origins["tz"] == "loadwatch.toml:10"
    assert read.origins["rules.downhill_jump.watch"] == "loadwatch.toml:21"


def test_later_layers_win(tmp_path):
    (tmp_path / "a").mkdir()
    user = _file(tmp_path, '[weeks]\ntz = "Europe/Paris"\nweek_start = "sun"\n')
    own = _file(tmp_path / "a", '[weeks]\ntz = "Europe/Zurich"\n')
    read = settings.load([user, own], {"tz": ("Asia/Tokyo", "--tz")}, RULES)
    assert (read.tz, read.origins["tz"]) == ("Asia/Tokyo", "--tz")
    assert (read.week_start, read.origins["week_start"]) == ("sun", "loadwatch.toml:3")
    assert settings.load([user, own], {}, RULES).tz == "Europe/Zurich"


def test_a_map_is_looked_for_beside_its_file(tmp_path):
    assert _load(tmp_path, '[surface]\nosm = "region.osm.pbf"\n').osm == str(
        tmp_path / "region.osm.pbf"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[weeks]\nweek_begin = 1\n", "loadwatch.toml:2: unknown key 'week_begin' in [weeks]. Did you mean 'week_start'?"),
        ("\n[week]\n", "loadwatch.toml:2: unknown key 'week'. Did you mean 'weeks'?"),
        ('presett = "x"', "loadwatch.toml:1: unknown key 'presett'. Did you mean 'preset'?"),
        ("weeks = 3", "loadwatch.toml:1: 'weeks' should be a table, as [weeks]"),
        ('[weeks]\ntz = "Europe/Zürich"', "loadwatch.toml:2: tz = 'Europe/Zürich': no such time zone. Did you mean 'Europe/Zurich'?"),
        ("[athlete]\nhr_max = true", "loadwatch.toml:2: hr_max = True: should be a number from 100 to 250"),
        ("[athlete]\nname = 3", "loadwatch.toml:2: name = 3: should be text in quotes"),
        ("[elevation]\nvirtual_altitude = 1", "loadwatch.toml:2: virtual_altitude = 1: should be true or false"),
        ("[weeks]\nsports = []", "loadwatch.toml:2: sports = []: should be a list of words, as [\"running\"]"),
        ("[surface]\nclasses = 1", "loadwatch.toml:2: classes = 1: should be a table, as { ground = \"firm\" }"),
        ("[surface]\ndefault_surface = 'road'", "should be one of hard, firm, soft, track, treadmill"),
        ("[rules.downhil_jump]\n", "loadwatch.toml:1: unknown rule 'downhil_jump'. Did you mean 'downhill_jump'?"),
        ("[rules]\ndownhill_jump = 1", "'rules.downhill_jump' should be a table"),
        ("[rules.downhill_jump]\nwach = 1", "loadwatch.toml:2: unknown key 'wach' in [rules.downhill_jump]. Did you mean 'watch'?"),
        ("[rules.downhill_jump]\nwatch = '1'", "loadwatch.toml:2: watch = '1': should be a number"),
        ("[rules.downhill_jump]\nwatch = -1", "loadwatch.toml:2: watch = -1: should be a number above 0; enabled = false silences the rule"),
        ("[rules.downhill_jump]\nmore_m = 0", "loadwatch.toml:2: more_m = 0: should be a number above 0"),
        ("[rules.downhill_jump]\nwatch = nan", "loadwatch.toml:2: watch = nan: should be a number above 0"),
        ("[rules.downhill_jump]\nhigh = inf", "loadwatch.toml:2: high = inf: should be a number; enabled = false"),
        ("[rules.downhill_jump]\nwatch = true", "loadwatch.toml:2: watch = True: should be a number above 0"),
        ("[rules.downhill_jump]\nknown = 70", "loadwatch.toml:2: known = 70: should be a share above 0 and up to 1, as 0.9 for 90 %"),
        ("[rules.downhill_jump]\nwatch = 3.0", "loadwatch.toml:2: watch = 3: should be at most high, which is 2; change one of them in [rules.downhill_jump]"),
        ("[rules.downhill_jump]\nhigh = 1.05", "loadwatch.toml:2: high = 1.05: should be at least watch, which is 1.1; change"),
        ("[rules.downhill_jump]\nhigh = 3\nwatch = 4", "loadwatch.toml:3: watch = 4: should be at most high, which is 3;"),
        ("[rules.LW01]\nwatch = 1", "loadwatch.toml:1: unknown rule 'LW01'. Its name here is 'session_spike'."),
        ("[rules.lw05]", "Its name here is 'downhill_jump'."),
        ("[rules.LW99]", "loadwatch.toml:1: unknown rule 'LW99'."),
        ("week_start = 'sun'", "loadwatch.toml:1: unknown key 'week_start'. It belongs under [weeks]."),
        ("[athlete]\ntz = 'Asia/Tokyo'", "loadwatch.toml:2: unknown key 'tz' in [athlete]. It belongs under [weeks]."),
        ("[weeks]\ntz = 'zurich'", "no such time zone. Did you mean 'Europe/Zurich'?"),
        ("[rules.downhill_jump]\nenabled = 1", "loadwatch.toml:2: enabled = 1: should be true or false"),
        ("[weeks\n", "loadwatch.toml:1: "),
    ],
)  # fmt: skip
def test_each_mistake_is_one_line_with_its_place(tmp_path, text, says):
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_names_the_folder_of_a_file_that_is_not_the_last(tmp_path):
    files = []
    for name, text in (("club", "[weeks]\nx = 1\n"), ("ben", "[weeks]\ny = 1\n")):
        (tmp_path / name).mkdir()
        files.append(tmp_path / name / settings.FILE)
        files[-1].write_text(text)
    with pytest.raises(SettingsError, match=r"^club/loadwatch.toml:2: unknown key 'x'"):
        settings.load(files, {}, {})
    files[0].write_text("")
    with pytest.raises(SettingsError, match=r"^loadwatch.toml:2: unknown key 'y'"):
        settings.load(files, {}, {})


def test_a_binary_settings_file_is_one_line(tmp_path):
    path = tmp_path / "loadwatch.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="loadwatch.toml: is not UTF-8 text"):
        settings.load([path], {}, RULES)


def test_an_option_out_of_range_names_the_option():
    for zone in ("Mars", "Mars/One"):
        with pytest.raises(SettingsError) as caught:
            settings.load([], {"tz": (zone, "--tz")}, RULES)
        assert (
            str(caught.value)
            == f"--tz: tz = {zone!r}: no such time zone. Write it as Europe/Zurich."
        )


def test_limits_of_the_preset_count_and_ones_own_over_them(tmp_path):
    both = _load(tmp_path, "[rules.session_spike]\nwatch = 3\nhigh = 4\n")
    assert both.rules == {"session_spike": {"watch": 3, "high": 4}}
    novice = LIMITS | {"novice": LIMITS["novice"] | {"high": 1.5}}
    keys = {
        "session_spike": settings.RuleKeys(
            id="LW01", limits=novice, levels=("watch", "high")
        )
    }
    path = _file(tmp_path, "[rules.session_spike]\nwatch = 1.8\n")
    assert settings.load([path], {}, keys).rules["session_spike"] == {"watch": 1.8}
    with pytest.raises(
        SettingsError, match=r"watch = 1\.8: should be at most high, which is 1\.5"
    ):
        settings.load([path], {"preset": ("novice", "--preset")}, keys)


def test_effective_lists_every_field_with_its_origin(tmp_path):
    rows = {
        name: (value, origin)
        for name, value, origin in settings.list_effective(
            _load(tmp_path, "[weeks]\nload = 'steps'")
        )
    }
    assert rows["load"] == ("steps", "loadwatch.toml:2")
    assert rows["week_start"] == ("mon", "default")


def test_effective_names_each_limit_that_is_set(tmp_path):
    rows = settings.list_effective(
        _load(tmp_path, "[rules.downhill_jump]\nwatch = 1.2\nenabled = false")
    )
    assert rows[-2:] == [
        ("rules.downhill_jump.watch", 1.2, "loadwatch.toml:2"),
        ("rules.downhill_jump.enabled", False, "loadwatch.toml:3"),
    ]


def test_pairs_of_shoes_are_read_with_their_lines(tmp_path):
    read = _load(
        tmp_path,
        '[shoes."Blue pair"]\nstart_km = 120\n[shoes."Old"]\nretired = true\n'
        "[shoes.Older]\nretired = 2026-03-01\n[shoes.New]\n",
    )
    assert read.shoes["Blue pair"] == settings.Shoe(start_km=120.0)
    assert list(read.shoes) == ["Blue pair", "Old", "Older", "New"]
    assert read.list_retired(date(2026, 3, 1)) == {"Old", "Older"}
    assert read.list_retired(date(2026, 2, 28)) == {"Old"}
    rows = {row[0]: row[1:] for row in settings.list_effective(read)}
    assert rows["shoes.Blue pair.start_km"] == (120.0, "loadwatch.toml:2")
    assert rows["shoes.Old.retired"] == (True, "loadwatch.toml:4")


def test_a_later_file_changes_only_what_it_states_of_a_pair(tmp_path):
    (tmp_path / "own").mkdir()
    first = _file(tmp_path, "[shoes.Old]\nretired = true\n")
    later = _file(tmp_path / "own", "[shoes.Old]\nstart_km = 120\n")
    read = settings.load([first, later], {}, RULES)
    assert read.shoes["Old"] == settings.Shoe(start_km=120.0, retired=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[shoes.Blue]\nstart_km = -1\n", ":2: .*number from 0 to 20000"),
        ("[shoes.Blue]\nstart_km = nan\n", ":2: .*number from 0"),
        ('[shoes.Blue]\nretired = "yes"\n', ":2: .*true or false, or the day"),
        ("[shoes.Blue]\nstart = 5\n", "Did you mean 'start_km'"),
        ("[shoes]\nBlue = 5\n", ":2: 'shoes.Blue' should be a table"),
        ("shoes = 5\n", ":1: 'shoes' should be a table"),
        ('[shoes."  "]\n', "needs a name"),
        (f"[shoes.{'x' * 101}]\n", "at most 100 characters"),
        ("[shoe.Blue]\n", "Did you mean 'shoes'"),
    ],
)
def test_what_a_pair_of_shoes_cannot_be_is_one_line(tmp_path, text, why):
    with pytest.raises(SettingsError, match=why):
        _load(tmp_path, text)


def test_the_content_of_a_file_is_checked_without_a_file():
    settings.check_content(b'[athlete]\nname = "Ana"\n', RULES)
    for wrong in (b"[athlete]\nhr_max = 9000\n", b"\xff", b"=", b"#" * 200_000):
        with pytest.raises(SettingsError, match=r"^loadwatch\.toml"):
            settings.check_content(wrong, RULES)
