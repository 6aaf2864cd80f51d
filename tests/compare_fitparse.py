"""Our FIT decoder against fitparse, message by message and value by value.

    python -m tests.compare_fitparse FOLDER

Raw values are compared for every field a definition names; scaled values wherever fitparse scales by
the field itself (not by a subfield, which loadwatch leaves alone), enum names wherever it has them.
Components that fitparse adds to a message are not fields of the file and are left out.
"""

from __future__ import annotations

import datetime as dt
import math
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fitparse
import numpy as np

from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.chained import decode
from loadwatch.ingest.readers.fit.field_columns import (
    MessageTable,
    decode_columns,
    decode_strings,
)
from loadwatch.ingest.readers.fit.layout import BASE_TYPES, BYTE, STRING

EPOCH = dt.datetime(1989, 12, 31)  # noqa: DTZ001 - fitparse's datetimes are naive
# files where the two may differ, and why; paths within the corpus
_CRC = "its checksum is wrong: fitparse stops before the last messages, which are whole"
KNOWN: dict[str, str] = {
    "fitparse/activity-activity-filecrc.fit": _CRC,
    "fitparse/activity-filecrc.fit": _CRC,
    "fitparse/activity-settings-corruptheader.fit": "the second FIT file has no FIT header: fitparse stops there",
    "fitparse/activity-settings-nodata.fit": "the second FIT file ends within a definition: fitparse stops there",
    "fitparse/activity-unexpected-eof.fit": "the last message is torn: fitparse hands over its first half",
    "fitparse/nick.fit": "the last message is torn: fitparse hands over its first half",
    "sports-lib/others/empty-activities.fit": "no length in the header: fitparse takes that for the whole",
    "fitparse/strava-android-app-201.10-b1218918.fit": "a text-mode copy: fitparse stops at the same byte",
}


@dataclass
class Comparison:
    """What was compared in one file."""

    messages: int = 0
    raw: int = 0
    scaled: int = 0
    enum_names: int = 0
    differences: list[str] = field(default_factory=list)
    stopped: str = ""  # fitparse's error, if it stopped early


def _convert_raw(column: Any) -> list[Any]:
    """Our raw values in fitparse's form."""
    if column.base_type == STRING:
        return [one or None for one in decode_strings(column)]
    rows = column.raw.tolist()
    if column.base_type == BYTE:
        return [
            None if all(byte == 0xFF for byte in row) else tuple(row) for row in rows
        ]
    invalid = BASE_TYPES[column.base_type][1]
    if invalid is None:
        cleaned = [[None if math.isnan(one) else one for one in row] for row in rows]
    else:
        cleaned = [[None if one == invalid else one for one in row] for row in rows]
    return (
        [row[0] for row in cleaned]
        if column.raw.shape[1] == 1
        else [tuple(row) for row in cleaned]
    )


def _prepare_table(table: MessageTable) -> tuple[Any, ...]:
    got = decode_columns(table)
    raw = {key: _convert_raw(column) for key, column in got.items()}
    value = {key: column.value.tolist() for key, column in got.items()}
    enum_names = {
        key: profile.list_enum_names(table.layout.number, key)
        for key in got
        if isinstance(key, int)
    }
    return raw, value, enum_names, table.timestamps


def _list_messages(data: bytes) -> list[tuple[MessageTable, int]]:
    """All messages in file order as (table, row)."""
    found = []
    for fit_file in decode(data).files:
        if fit_file.tables:
            offsets = np.concatenate([table.offsets for table in fit_file.tables])
            which = np.repeat(
                np.arange(len(fit_file.tables)),
                [len(table.offsets) for table in fit_file.tables],
            )
            row = np.concatenate(
                [np.arange(len(table.offsets)) for table in fit_file.tables]
            )
            order = np.argsort(offsets)
            found += [
                (fit_file.tables[table], index)
                for table, index in zip(
                    which[order].tolist(), row[order].tolist(), strict=True
                )
            ]
    return found


def _is_same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, tuple) and isinstance(theirs, tuple):
        return len(ours) == len(theirs) and all(map(_is_same, ours, theirs))
    if isinstance(theirs, tuple) and len(theirs) == 1:  # one byte
        return _is_same(ours, theirs[0])
    if isinstance(ours, tuple) and len(ours) == 1:
        return _is_same(ours[0], theirs)
    return bool(ours == theirs)


def _convert_value(value: Any) -> Any:
    """fitparse's processed value as the number it came from."""
    if isinstance(value, dt.datetime):
        return (value - EPOCH).total_seconds()
    return value


def compare_file(data: bytes) -> Comparison:
    """Compare all that fitparse delivers of `data` with our decoder."""
    result = Comparison()
    ours = iter(_list_messages(data))
    prepared: dict[int, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for message in fitparse.FitFile(data, check_developer_data=False):
                mine = next(ours, None)
                if mine is None:
                    result.differences.append(
                        f"message {result.messages}: fitparse has more"
                    )
                    return result
                table, row = mine
                if id(table) not in prepared:
                    prepared[id(table)] = (table, _prepare_table(table))
                _compare_message(result, message, table, row, prepared[id(table)][1])
                result.messages += 1
        except Exception as error:  # noqa: BLE001 - fitparse raises anything
            result.stopped = f"{type(error).__name__}: {error}"
            return result
    left = sum(1 for _ in ours)
    if left:
        result.differences.append(f"{left} messages more than fitparse")
    return result


def _compare_message(
    result: Comparison,
    message: Any,
    table: MessageTable,
    row: int,
    prepared: tuple[Any, ...],
) -> None:
    raw, value, enum_names, timestamps = prepared
    number = table.layout.number
    if message.mesg_num != number:
        result.differences.append(
            f"message {result.messages}: {message.mesg_num} != {number}"
        )
        return
    compared = set()
    for one in message.fields:
        if one.field_def is None:
            if (
                one.field is not None
                and one.field.name == "timestamp"
                and message.header.time_offset is not None
            ):
                result.raw += 1
                if timestamps is None or timestamps[row] != one.raw_value:
                    result.differences.append(
                        f"message {result.messages}: timestamp {one.raw_value}"
                    )
            continue
        index = getattr(one.field_def, "dev_data_index", None)
        key = one.field_def.def_num if index is None else (index, one.field_def.def_num)
        if key in compared:
            continue
        compared.add(key)
        _compare_value(result, one, key, raw, value, enum_names, row, number)


def _compare_value(
    result: Comparison,
    one: Any,
    key: Any,
    raw: Any,
    value: Any,
    enum_names: Any,
    row: int,
    number: int,
) -> None:
    if key not in raw:
        result.differences.append(
            f"message {result.messages} ({number}): no field {key}"
        )
        return
    result.raw += 1
    if not _is_same(raw[key][row], one.raw_value):
        result.differences.append(
            f"message {result.messages} ({number}) field {key}: raw {raw[key][row]!r} != {one.raw_value!r}"
        )
        return
    theirs = _convert_value(one.value)
    if (
        one.parent_field is not None
        or theirs is None
        or one.type.name in {"localtime_into_day", "string"}
    ):
        return
    if isinstance(theirs, str):
        result.enum_names += 1
        if enum_names.get(key, {}).get(raw[key][row]) != theirs:
            result.differences.append(
                f"message {result.messages} ({number}) field {key}: word {theirs!r}"
            )
        return
    mine = [None if math.isnan(part) else part for part in value[key][row]]
    if isinstance(theirs, tuple) and any(isinstance(part, str) for part in theirs):
        return
    result.scaled += 1
    if not _is_same(tuple(mine) if isinstance(theirs, tuple) else mine[0], theirs):
        result.differences.append(
            f"message {result.messages} ({number}) field {key}: {mine!r} != {theirs!r}"
        )


def list_fit_files(corpus: Path) -> list[Path]:
    """All FIT files of a corpus, by their bytes."""
    return [
        path
        for path in sorted(corpus.rglob("*"))
        if path.is_file()
        and path.suffix.lower() == ".fit"
        and path.read_bytes()[8:12] == b".FIT"
    ]


def main(arguments: list[str]) -> int:
    corpus = Path(arguments[0])
    chosen = list_fit_files(corpus)
    total = Comparison()
    unexplained = 0
    for path in chosen:
        name = path.relative_to(corpus).as_posix()
        result = compare_file(path.read_bytes())
        total.messages += result.messages
        total.raw += result.raw
        total.scaled += result.scaled
        total.enum_names += result.enum_names
        if result.differences or result.stopped:
            why = KNOWN.get(name, "NOT EXPLAINED")
            unexplained += name not in KNOWN
            print(
                f"{name}: {why}; {result.stopped or 'read to the end'}; {len(result.differences)} differences"
            )
            for line in result.differences[:5]:
                print("   ", line)
            sys.stdout.flush()
    print(
        f"{len(chosen)} files, {total.messages:,} messages, {total.raw:,} raw values, "
        f"{total.scaled:,} scaled values, {total.enum_names:,} enum names compared; {unexplained} files not explained"
    )
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
