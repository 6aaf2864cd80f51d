"""Which sensors a FIT file lists as built into the watch: what its altitude was measured with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loadwatch.ingest.readers.fit.messages import read_number_fields

if TYPE_CHECKING:
    from loadwatch.activity import Altimeter
    from loadwatch.ingest.readers.fit.chained import FitFile

# values of FIT's source_type and local_device_type
_LOCAL: Final = 5
_GPS: Final = 0
_BAROMETER: Final = 4


def read_altimeter(fit_file: FitFile) -> Altimeter:
    """Return what measured the altitude, by the built-in sensors that a file lists, "" without.

    A list of the receiver alone is no list of all sensors.
    """
    fields = read_number_fields(fit_file, "device_info", ("device_type", "source_type"))
    if not fields.keys() >= {"device_type", "source_type"}:
        return ""
    is_local = fields["source_type"] == _LOCAL
    listed = set(fields["device_type"][is_local].tolist())
    if _BAROMETER in listed:
        return "barometer"
    if any(sensor > _GPS for sensor in listed):
        return "satellites"
    return ""
