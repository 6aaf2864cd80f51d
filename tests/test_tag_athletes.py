"""One made-up athlete on a real map extract, and courses found again with a receiver's noise."""

import numpy as np
import pytest

from loadwatch.exposure.course import PASSED_ON, build_answers, share_out
from loadwatch.exposure.signature import draw_signature, unpack_signatures
from tests import make_traces, tag_athletes
from tests.courses import length_m, line, to_degrees

BEND = line((0, 0), (1800, 500), (2500, 2500), (900, 3200), (0, 1500), (0, 0), step=3.0)


def recorded(places, sigma, seed, every=1, drift=0.0):
    """The signature of a run over places with noise, a fix every so many seconds."""
    noise = make_traces.noisy(*to_degrees(places + drift, 47.3, 8.5), sigma, seed)
    latitude, longitude = (side[::every] for side in noise)
    travelled = np.append(0.0, np.cumsum(np.hypot(*np.diff(places, axis=0).T)))
    return draw_signature(latitude, longitude, travelled[::every], length_m(places))


@pytest.mark.parametrize("sigma", [3.0, 5.0, 8.0])
@pytest.mark.parametrize(
    ("places", "every", "drift"),
    [
        (BEND[::-1], 1, 0.0),
        (np.vstack((BEND, BEND)), 1, 0.0),
        (BEND, 5, 0.0),
        (BEND, 1, 6.0),
    ],
    ids=["reversed", "doubled", "5 s", "drift"],
)
def test_a_course_is_found_again_to_98_percent(places, every, drift, sigma):
    answers = build_answers(
        unpack_signatures([recorded(BEND, sigma, 1)]), np.eye(len(PASSED_ON))[:1]
    )
    again = unpack_signatures([recorded(places, sigma, 2, every, drift)])
    assert share_out(answers, again).metres.sum() >= 0.98 * length_m(places)


@pytest.mark.corpus
@pytest.mark.slow
def test_a_made_up_athlete_on_real_ways():
    where = make_traces.folder()
    if where is None or not (where / "dreieich.osm.pbf").exists():
        pytest.skip("no map extracts")
    land = tag_athletes.Land(where / "dreieich.osm.pbf")
    traces, starts = tag_athletes.make_athlete(land, 0)
    rows = tag_athletes.make_rows(traces, starts)
    asked = tag_athletes.answer_asked(rows, traces, np.random.default_rng(0))
    wrong, inherited = tag_athletes.wrong_share(traces, asked)
    errors, judged, false = tag_athletes.compare_weeks(rows, traces)
    assert wrong <= 0.04 * inherited
    assert np.mean(errors) <= 10.0 / 100
    assert judged > 20
    assert false == 0
