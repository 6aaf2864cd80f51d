"""The CSV files of the zoo."""

from tests.test_csv_zoo import GERMAN, ZOO, row

LOCAL = GERMAN + row().replace('"May 1, 2024, 6:11:00 AM"', "01.05.2024 06:11:00")
MANY = "x" * (50 << 20)
OWN = {
    "utf16": lambda: LOCAL.encode("utf-16"),
    "utf16_tab": lambda: LOCAL.replace(",", "\t").encode("utf-16"),
    "cp1252": lambda: LOCAL.encode("cp1252"),
    "semicolon_comma": lambda: (
        b"date;distance_km;duration;name\n"
        b"01.05.2024;1,5;0:09:00;near\n13.05.2024;10,5;1:00:00;far\n"
    ),
    "excel_date": lambda: (
        b"date,distance_km,duration\n2024-05-01,5,0:30:00\n45414.27,6,0:36:00\n"
        b"1-May,5,0:30:00\n"
    ),
    "sci": lambda: (
        b"date,distance,duration\n2024-05-01,5.2,0:30:00\n2024-05-03,5.1E+00,0:30:00\n"
        b"2024-05-04,1.2E+08,0:30:00\n"
    ),
    "huge_field": lambda: ZOO["strava"][0].encode() + f'1,"{MANY}"\n'.encode(),
}


def make(name: str) -> bytes:
    """Return the bytes of `csv/<name>.csv`."""
    if name in OWN:
        return OWN[name]()
    # on two days, or the second row would be the same run again
    later = '"May 3, 2024, 6:12'
    return ZOO[name][0].replace('"May 1, 2024, 6:12', later).encode()
