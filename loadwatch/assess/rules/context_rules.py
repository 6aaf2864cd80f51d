"""LW03 and LW13: popular figures that are shown for context and raise nothing."""

from __future__ import annotations

from loadwatch.assess.rules.model import Rule

ACWR = Rule(
    id="LW03",
    name="acwr",
    title="Acute to chronic workload ratio",
    kind="context",
    measure=(
        "mean of 7 days over that of the 21 before (uncoupled), over the last 28 "
        "(coupled), or weighted (EWMA)"
    ),
    asks="How do the last seven days compare with the three or four weeks around them?",
    topic="load",
    phrase="",
    brief="",
    mention="",
    event_family="none",
    change_kind=None,
    charts=(),
    advice=(),
    exposure=None,
    budget=None,
    grade="X",
    grade_why=(
        "in two large cohorts of runners a higher ratio went with fewer injuries, not "
        "more; the ratio also makes relations out of nothing"
    ),
    lbp="no",
    citation=(
        "Nakaoka G et al., Sports Med 2021;51:2437-2447; Impellizzeri FM et al., Int "
        "J Sports Physiol Perform 2020;15:907-913; Schuster Brandt Frandsen J et al., "
        "Br J Sports Med 2025;59:1203-1210"
    ),
    doi=(
        "10.1007/s40279-021-01483-0",
        "10.1123/ijspp.2019-0864",
        "10.1136/bjsports-2024-109380",
    ),
    article="The article does not speak of it.",
    caveat="Shown because other programs show it; raises nothing here.",
    basis="3; 12 LW03",
)

MONOTONY = Rule(
    id="LW13",
    name="monotony",
    title="Monotony, strain, 42-day and 7-day load",
    kind="context",
    measure=(
        "daily mean over daily spread of 7 days; that times the week; means over 42 "
        "and 7 days"
    ),
    asks="How even were the days, and how does the last week stand in the last six?",
    topic="load",
    phrase="",
    brief="",
    mention="",
    event_family="none",
    change_kind=None,
    charts=(),
    advice=(),
    exposure=None,
    budget=None,
    grade="X",
    grade_why=(
        "from 25 athletes and common illness; the smoothing constants come from a book"
    ),
    lbp="no",
    citation=(
        "Foster C, Monitoring training in athletes with reference to overtraining "
        "syndrome. Med Sci Sports Exerc 1998;30:1164-1168"
    ),
    doi=("10.1097/00005768-199807000-00023",),
    article="The article does not speak of it.",
    caveat=(
        "Shown because other programs show it; no limit is known, and it raises "
        "nothing here."
    ),
    basis="4; 12 LW13",
)
