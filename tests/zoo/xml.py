"""The GPX and TCX files of the zoo."""

import itertools

GPX = '<gpx version="1.1" creator="x"><trk><name>{name}</name><type>running</type><trkseg>{points}</trkseg></trk></gpx>'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
TCX = (
    HEAD + '<TrainingCenterDatabase><Activities><Activity Sport="Running">'
    "<Id>2026-03-01T07:00:00Z</Id>{laps}</Activity></Activities></TrainingCenterDatabase>"
)


def point(
    second: int, lat: str = "", lon: str = "8.0", time: str = "", more: str = ""
) -> str:
    lat = lat or f"{47 + second * 3 / 111195:.7f}"
    time = time or f"2026-03-01T07:{second // 60:02}:{second % 60:02}Z"
    place = " ".join(f'{k}="{v}"' for k, v in (("lat", lat), ("lon", lon)) if v != "-")
    when = "" if time == "-" else f"<time>{time}</time>"
    return f"<trkpt {place}><ele>400</ele>{when}{more}</trkpt>"


def points(count: int = 120, **odd: str) -> str:
    """Points a second apart; `odd` holds the whole text of those called p<second>."""
    return "".join(odd.get(f"p{second}", point(second)) for second in range(count))


def gpx(body: str = "", name: str = "Morning", head: str = HEAD) -> str:
    return head + GPX.format(name=name, points=body or points())


def shift(zone: str) -> str:
    return points().replace("Z</time>", f"{zone}</time>")


def entity(doctype: str, name: str = "&a;") -> str:
    return gpx(name=name, head=f"{HEAD}<!DOCTYPE gpx {doctype}>")


def lap(
    metres: str = "357.0", start: str = "2026-03-01T07:00:00Z", track: str = ""
) -> str:
    return (
        f'<Lap StartTime="{start}"><TotalTimeSeconds>119</TotalTimeSeconds>'
        f"<DistanceMeters>{metres}</DistanceMeters><Track>{track}</Track></Lap>"
    )


def track(first_m: float = 0.0, *, distance: bool = True, place: bool = True) -> str:
    out = []
    for second in range(120):
        time = f"2026-03-01T07:{second // 60:02}:{second % 60:02}Z"
        where = (
            f"<Position><LatitudeDegrees>{47 + second * 3 / 111195:.7f}</LatitudeDegrees>"
            "<LongitudeDegrees>8.0</LongitudeDegrees></Position>"
        )
        metres = f"<DistanceMeters>{first_m + second * 3}</DistanceMeters>"
        out.append(
            f"<Trackpoint><Time>{time}</Time>{where if place else ''}"
            f"{metres if distance else ''}</Trackpoint>"
        )
    return "".join(out)


def tcx(body: str = "") -> str:
    return TCX.format(laps=body or lap(track=track()))


LAUGHS = "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise("lmnopqrstu")
)
GPX_CASES = {
    "good": gpx,
    "leading_ws": lambda: " " * 10 + gpx(),
    "bom": lambda: "\ufeff" + gpx(),
    "utf16": lambda: gpx(head='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
    "latin1_declared_utf8": lambda: gpx(name="caf\xe9").encode("latin-1"),
    "enc_unknown": lambda: gpx(head='<?xml version="1.0" encoding="klingon"?>'),
    "utf7": lambda: gpx(head='<?xml version="1.0" encoding="UTF-7"?>'),
    "billion_laughs": lambda: entity(f'[<!ENTITY l "ha">{LAUGHS}]', "&u;"),
    "quadratic": lambda: entity(f'[<!ENTITY a "{"x" * 60_000}">]', "&a;" * 60_000),
    "external_entity": lambda: entity('[<!ENTITY a SYSTEM "file:///etc/passwd">]'),
    "external_dtd": lambda: entity('SYSTEM "http://127.0.0.1:9/x.dtd"', "x"),
    "param_entity": lambda: entity('[<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]', "x"),
    "plain_doctype": lambda: entity("", "x"),
    "deep": lambda: gpx("<a>" * 200_000 + "</a>" * 200_000),
    "many_attrs": lambda: gpx(
        "<trkpt " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>" + points()
    ),
    "huge_text": lambda: gpx(name="x" * 20_000_000),
    "hash_ns": lambda: gpx(
        points(p5="<x " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(50_000)) + "/>")
    ),
    "unbound_prefix": lambda: gpx(points(p60=point(60, more="<ns3:hr>150</ns3:hr>"))),
    "truncated": lambda: gpx()[: len(gpx()) // 2],
    "no_time": lambda: gpx("".join(point(n, time="-") for n in range(120))),
    "some_no_time": lambda: gpx(points(p60=point(60, time="-"))),
    "no_track": lambda: HEAD + '<gpx version="1.1"></gpx>',
    "waypoints": lambda: HEAD + '<gpx version="1.1"><wpt lat="1" lon="2"/></gpx>',
    "one_point": lambda: gpx(points(1)),
    "no_lat": lambda: gpx(points(p60=point(60, lat="-"))),
    "lat_comma": lambda: gpx("".join(point(n, lat=f"47,{n:04}") for n in range(120))),
    "lat_range": lambda: gpx(points(p60=point(60, lat="95.0"))),
    "nan": lambda: gpx(points(p60=point(60, lat="NaN"), p61=point(61, lat="1e400"))),
    "time_naive": lambda: gpx(shift("")),
    "time_offset": lambda: gpx(shift(".250+01:00")),
    "time_bad": lambda: gpx("".join(point(n, time="2026-13-45T99:99:99Z") for n in range(9))),
    "time_year0": lambda: gpx("".join(point(n, time=f"0001-01-01T07:00:{n:02}Z") for n in range(60))),
    "time_leapsec": lambda: gpx(points(p59=point(59, time="2026-03-01T07:00:59Z")).replace(
        "07:00:59Z", "07:00:60Z", 1).replace("07:00:58Z", "07:00:59Z", 1)),
    "gpx10": lambda: gpx().replace('version="1.1"', 'version="1.0"'),
    "ctrl_ref": lambda: gpx(name="a&#27;b"),
    "cdata_script": lambda: gpx(name="<![CDATA[<script>alert(1)</script>]]>"),
    "multi_seg": lambda: gpx(points(60) + "</trkseg><trkseg>" + "".join(
        point(n, lat=f"{47.05 + n * 3 / 111195:.7f}") for n in range(600, 660))),
}  # fmt: skip
TCX_CASES = {
    "good": tcx,
    "leading_ws": lambda: " " * 10 + tcx(),
    "cumulative_offset": lambda: tcx(lap(track=track(40_000.0))),
    "starttime_blank": lambda: tcx(lap(start="2026-03-01T07:00:00Z ", track=track())),
    "no_dist": lambda: tcx(lap("", track=track(distance=False))),
    "no_pos": lambda: tcx(lap(track=track(place=False))),
    "empty_track": lambda: tcx(lap()),
    "lap_dist_nan": lambda: tcx(lap("NaN", track=track())),
}


def make(name: str, suffix: str) -> bytes:
    """Return the bytes of `xml/<name>.<suffix>`."""
    cases = GPX_CASES if suffix == "gpx" else TCX_CASES
    made = cases[name]()
    return made if isinstance(made, bytes) else made.encode()
