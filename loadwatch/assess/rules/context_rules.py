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
        "in two cohorts of runners (435 and 5,205) a higher ratio went with fewer "
        "injuries, not more. The ratio also makes relations out of nothing"
    ),
    lbp="no",
    not_known="Which ratio, if any, is good for a runner.",
    references=("nakaoka2021", "impellizzeri2020", "frandsen2025"),
    article="The article does not mention it.",
    caveat="Shown because other programs show it; raises nothing here.",
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
        "from 25 athletes and common illness. The smoothing constants come from a book"
    ),
    lbp="no",
    not_known="Whether even or uneven weeks suit a runner better.",
    references=("foster1998",),
    article="The article does not mention it.",
    caveat=(
        "Shown because other programs show it; no limit is known, and it raises "
        "nothing here."
    ),
)
