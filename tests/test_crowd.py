"""Several processes at once lose neither rows of the store nor lines of the user's tables."""

from collections import Counter

from tests import crowd


def test_four_processes_at_once_lose_nothing(tmp_path):
    assert crowd.run_crowd(tmp_path, 4, 4) == Counter()


def test_what_is_lost_or_torn_is_counted(tmp_path):
    crowd.work(tmp_path, 0, 3)
    diary = tmp_path / "diary.csv"
    lines = diary.read_bytes().splitlines(keepends=True)
    diary.write_bytes(b"".join(lines[:2]) + lines[1] + lines[2][:-3] + b"\n")
    bad = crowd.count_losses(tmp_path, 2, 3)
    assert bad["rows lost"] == 15 and bad["lines of tags.csv lost"] == 3
    assert bad["lines of diary.csv lost"] == 5
    assert bad["lines of diary.csv twice or torn"] == 2
