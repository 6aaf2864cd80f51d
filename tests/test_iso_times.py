"""The fast reading of times: Python's own result, or none."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loadwatch.ingest.readers.xml import iso_times


@given(st.datetimes(), st.sampled_from(["Z", "+05:45", "-03:00", ""]))
def test_the_fast_clock_is_python_s(moment, zone):
    for text in (
        moment.isoformat() + zone,
        moment.replace(microsecond=0).isoformat() + zone,
    ):
        found = iso_times.parse_instants([text.encode(), b"", text])
        aware = datetime.fromisoformat(text)
        shift = aware.utcoffset() or timedelta(0)
        want = (
            aware.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC) - shift
        ) // timedelta(microseconds=1)
        assert found.us.tolist() == [want, iso_times.NAT, want]
        assert found.naive == (zone == "")
        assert found.bad == 0


def test_clocks_that_are_none():
    found = iso_times.parse_instants(
        [
            "2026-02-30T00:00:00Z",
            "yesterday",
            "x" * 50,
            "2026-03-01T07:00:00,5Z",
            "٢٠٢٦-03-01T07:00:00Z",
        ]
    )
    assert found.bad == 4
    assert (found.us != iso_times.NAT).tolist() == [False, False, False, True, False]
