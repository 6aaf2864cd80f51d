"""Line drawings of the exercises: joints as points, limbs as lines, the movement as an arrow.

They show the position at a glance; how an exercise is done is said in its steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.report.pictures import svg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from loadwatch.report.pictures.svg import Point

WIDTH, HEIGHT = 190.0, 112.0
HEAD = 9.0
BARB, SPREAD = 8.0, 0.5  # length of an arrow's head, and half of its angle [rad]

Limb = tuple[svg.Point, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A movement: from a point to another, bent towards a third."""

    start: Point
    bend: Point
    end: Point
    both_ways: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One exercise: head, limbs near and far, where it begins or ends, and what moves."""

    shows: str
    head: Point
    limbs: tuple[Limb, ...]
    far: tuple[Limb, ...] = ()  # limbs behind, or the other position
    curves: tuple[Arrow, ...] = ()  # a back that is not straight
    far_curves: tuple[Arrow, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    floor: float = 104.0
    wall: float = 0.0  # place of something to hold on to, 0 for none
    note: str = ""  # where one looks from, if not from the side


DRAWINGS: Mapping[str, Drawing] = {
    "deep_core": Drawing(
        shows="On the back with bent knees, the lower belly drawn in, one leg lifted.",
        head=(24, 84),
        limbs=(
            ((40, 88), (104, 88), (128, 56), (150, 96), (164, 96)),
            ((46, 86), (60, 70), (86, 78)),
        ),
        far=(((104, 88), (116, 50), (150, 48)),),
        arrows=(Arrow((112, 74), (104, 66), (84, 66)),),
    ),
    "squat_rotation": Drawing(
        shows="Standing on a bent front leg, one leg out behind, the trunk turning to the front leg.",
        head=(112, 14),
        limbs=(
            ((122, 101), (108, 101), (120, 74), (90, 64), (104, 30)),
            ((104, 30), (124, 42), (140, 34)),
        ),
        far=(((90, 64), (62, 76), (40, 62)), ((104, 30), (92, 46), (112, 54))),
        arrows=(Arrow((76, 34), (104, 62), (142, 48)),),
    ),
    "bridge": Drawing(
        shows="Shoulders on the floor, the pelvis lifted by one leg, the other leg straight.",
        head=(24, 88),
        limbs=(
            ((42, 94), (94, 66), (126, 49), (134, 100), (148, 100)),
            ((94, 66), (168, 27)),
        ),
        far=(((42, 96), (84, 100)),),
        arrows=(Arrow((96, 96), (96, 88), (96, 78)),),
    ),
    "side_plank": Drawing(
        shows="On one forearm, the body in a line, the free arm up; the trunk turns.",
        head=(52, 34),
        limbs=(
            ((36, 100), (62, 100), (62, 54), (112, 76), (168, 100)),
            ((62, 54), (74, 8)),
        ),
        far=(((62, 54), (92, 90)),),
        arrows=(Arrow((86, 12), (122, 44), (102, 84)),),
    ),
    "chicago_roll": Drawing(
        shows="From above: on the side, one leg over the other; the top arm opens to the back.",
        head=(30, 56),
        limbs=(
            ((46, 56), (104, 56), (140, 76), (110, 98)),
            ((54, 56), (52, 10)),
        ),
        far=(((54, 58), (58, 104)), ((104, 60), (132, 86), (100, 102))),
        arrows=(Arrow((74, 100), (112, 50), (66, 10)),),
        floor=0.0,
        note="from above",
    ),
    "leg_swings": Drawing(
        shows="Standing on one leg with a hand on something firm, the other leg swings.",
        head=(92, 13),
        limbs=(
            ((92, 30), (92, 60), (92, 102), (104, 102)),
            ((92, 32), (70, 48), (48, 44)),
            ((92, 60), (118, 74), (146, 70)),
        ),
        far=(((92, 60), (76, 80), (56, 92)),),
        arrows=(Arrow((150, 84), (112, 112), (70, 98), both_ways=True),),
        wall=42.0,
    ),
    "mobility": Drawing(
        shows="On hands and knees, the back rounds up and sinks.",
        head=(36, 58),
        limbs=(
            ((54, 56), (54, 100)),
            ((124, 56), (124, 100), (158, 100)),
        ),
        curves=(Arrow((54, 56), (90, 22), (124, 56)),),
        far_curves=(Arrow((54, 56), (90, 84), (124, 56)),),
        arrows=(Arrow((90, 66), (90, 54), (90, 46), both_ways=True),),
    ),
}


def draw_exercise(id_: str, title: str) -> Markup | None:
    """Return the drawing of an exercise, None where there is none."""
    drawing = DRAWINGS.get(id_)
    if drawing is None:
        return None
    parts = []
    if drawing.floor:
        ends = (4.0, drawing.floor + 4), (WIDTH - 4, drawing.floor + 4)
        parts.append(svg.draw_line(*ends, "floor"))
    if drawing.wall:
        ends = (drawing.wall, 16.0), (drawing.wall, drawing.floor + 4)
        parts.append(svg.draw_line(*ends, "wall"))
    parts += [svg.draw_polyline(limb, "far") for limb in drawing.far]
    parts += [svg.draw_path(_bend(curve), "far") for curve in drawing.far_curves]
    parts += [svg.draw_polyline(limb, "body") for limb in drawing.limbs]
    parts += [svg.draw_path(_bend(curve), "body") for curve in drawing.curves]
    parts.append(svg.draw_circle(drawing.head, HEAD, "head"))
    parts += [svg.draw_path(_draw_arrow(arrow), "move") for arrow in drawing.arrows]
    if drawing.note:
        parts.append(svg.draw_text((WIDTH, 12.0), drawing.note, "label", "end"))
    return svg.Picture(
        width=WIDTH,
        height=HEIGHT,
        name=title,
        description=drawing.shows,
        parts=tuple(parts),
        role="exercise",
    ).render()


def _bend(curve: Arrow) -> str:
    """Return the path of a curve from its start to its end."""
    numbers = map(svg.format_coordinate, (*curve.start, *curve.bend, *curve.end))
    return "M{} {}Q{} {} {} {}".format(*numbers)


def _draw_arrow(arrow: Arrow) -> str:
    """Return the path of a curve with a head at its end, or at both."""
    steps = _bend(arrow) + _draw_head(arrow.bend, arrow.end)
    if arrow.both_ways:
        steps += _draw_head(arrow.bend, arrow.start)
    return steps


def _draw_head(before: Point, tip: Point) -> str:
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0]) + math.pi
    ends = [
        (
            tip[0] + BARB * math.cos(angle + turn),
            tip[1] + BARB * math.sin(angle + turn),
        )
        for turn in (SPREAD, -SPREAD)
    ]
    numbers = map(svg.format_coordinate, (*ends[0], *tip, *ends[1]))
    return "M{} {}L{} {}L{} {}".format(*numbers)
