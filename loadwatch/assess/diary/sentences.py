"""Every sentence of the diary's answer; none names a cause, and none promises anything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch.formatting import (
    MINUS,
    format_count,
    format_day_month,
    format_percent,
    format_quantity,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.assess.diary.answer import PainDay
    from loadwatch.assess.diary.daily_scores import DailyEffect
    from loadwatch.assess.diary.red_flags import TickedRedFlag
    from loadwatch.formatting import Units

NO_CAUSE = "This cannot show cause."
EMPTY_DIARY = "The diary holds no line for the time of these activities."
# exposed weeks: in simulated diaries a true effect of 1 point is found in about half of those below
MISSED_BELOW_WEEKS = 12
_MIN_MORE_M = 1000.0  # difference of distances that is worth a sentence
_MIN_UNEQUAL = 0.10  # difference in the share of filled days that is worth a sentence


def format_points(value: float) -> str:
    """Return a difference of the pain score with its sign: "+0.9"."""
    text = f"{value:+.1f}"
    if text in ("+0.0", "-0.0"):
        return "0.0"
    return text.replace("-", MINUS)


def name_distance(units: Units) -> str:
    """Return what distance is counted in: "kilometres" or "miles"."""
    return "miles" if units == "imperial" else "kilometres"


def _format_interval(low: float, high: float) -> str:
    return f"interval {format_points(low)} to {format_points(high)}"


def explain_too_few_weeks(exposed: int, unexposed: int, least: int) -> str:
    """Return why an exposure is not judged."""
    return (
        f"{exposed} weeks with it and {unexposed} without it are scored; "
        f"{least} of each are needed"
    )


def explain_too_few_sets(discordant: int, least: int) -> str:
    """Return why an exposure is not judged in a diary of onsets."""
    return (
        f"only {discordant} of the days on which pain began can be told from their month; "
        f"{least} are needed"
    )


def explain_daily_gates(
    weeks: float,
    filled_weeks: int,
    filled: float,
    least_weeks: int,
    least_filled: float,
) -> str:
    """Return why a diary of daily scores is not judged, "" where it is.

    Parameters
    ----------
    weeks : length of the diary [weeks], and `least_weeks` what is needed.
    filled_weeks : weeks with a score on five days or more.
    filled : share of its days with a score [1], and `least_filled` what is needed.
    """
    counted = f"{filled_weeks} of {weeks:.0f} weeks logged well enough"
    if weeks < least_weeks:
        return f"{counted}; {least_weeks} weeks with 5 days each are needed"
    if filled < least_filled:
        return (
            f"{counted}. {format_percent(filled)} of days have a score, "
            f"{format_percent(least_filled)} are needed, and a 0 on days without pain"
        )
    return ""


def explain_onset_gates(
    weeks: float, onsets: int, least_weeks: int, least_onsets: int
) -> str:
    """Return why a diary of onsets is not judged, "" where it is."""
    if weeks < least_weeks:
        return (
            f"the diary holds {format_count(round(weeks), 'week')}; {least_weeks} are "
            "needed where only days of pain are kept"
        )
    if onsets < least_onsets:
        return (
            f"pain began {onsets} times; {least_onsets} are needed. "
            "A score each day, 0 included, tells more"
        )
    return ""


def _format_unjudged(exposure: str, why: str) -> str:
    if why:
        return f"After {exposure}: not enough data ({why})."
    return f"After {exposure}: not enough data."


def format_daily_link(
    exposure: str,
    state: str,
    effect: tuple[float, float, float],
    why: str,
    units: Units = "metric",
) -> str:
    """Return the sentence on one exposure of a diary of daily scores.

    Parameters
    ----------
    exposure : its name in a sentence.
    state : "associated", "none" or "not_enough", as in `Link`.
    effect : the difference and the two ends of its interval [points].
    why : the exposure's own reason where it is not judged, if it has one.
    """
    middle, low, high = effect
    if state == "not_enough":
        return _format_unjudged(exposure, why)
    found = f"{format_points(middle)} points ({_format_interval(low, high)})"
    taken_out = f"the {name_distance(units)} taken out"
    if state == "associated":
        return (
            f"In your log, {exposure} is associated with more pain: {found}. "
            "That is on its day and the two after it, against the same weekdays of the month, "
            f"{taken_out}. {NO_CAUSE}"
        )
    return (
        f"After {exposure}: {found}, {taken_out}; no more than chance brings. "
        "That is no proof of no link."
    )


def format_onset_link(
    exposure: str, state: str, odds_ratio: float, why: str, units: Units = "metric"
) -> str:
    """Return the sentence on one exposure of a diary of onsets; arguments as for daily scores."""
    if state == "not_enough":
        return _format_unjudged(exposure, why)
    times = "many times"
    if math.isfinite(odds_ratio):
        times = f"{odds_ratio:.1f} times"
    if state == "associated":
        return (
            f"In your log, {exposure} is associated with the start of pain: the odds are {times} "
            "those of the same weekdays of the month. That is on its day and the two after it, "
            f"the {name_distance(units)} taken out. {NO_CAUSE}"
        )
    return (
        f"After {exposure}: odds of pain starting {times} as high, "
        "no more than chance brings."
    )


def format_caveats(
    found: DailyEffect,
    state: str,
    metres: tuple[float, float],
    alpha: float,
    units: Units = "metric",
) -> tuple[str, ...]:
    """Return what must be read beside the sentence on one exposure.

    Parameters
    ----------
    found : the exposure's effect.
    state : that of the link.
    metres : distance of an exposed window and of comparable days [m].
    alpha : chance up to which higher pain in the week before is worth a sentence [1].
    """
    caveats = []
    if abs(metres[0] - metres[1]) >= _MIN_MORE_M:
        own, compared = (format_quantity(m, "distance_m", units) for m in metres)
        caveats.append(f"Those three days hold {own}, comparable days {compared}.")
    if state == "none" and found.exposed_weeks < MISSED_BELOW_WEEKS:
        caveats.append(
            f"With {found.exposed_weeks} weeks with it, a real effect of 1 point would often "
            "be missed."
        )
    if math.isfinite(found.later):
        points = format_points(found.later)
        caveats.append(
            f"Three to seven days after: {points} points (shown, not tested)."
        )
    if found.before_p <= alpha and found.before > 0:
        points = format_points(found.before)
        caveats.append(
            f"Pain was higher in the week before, too ({points} points): "
            "the link may run the other way round."
        )
    if abs(found.filled_exposed - found.filled_unexposed) >= _MIN_UNEQUAL:
        caveats.append(
            f"Scores are there for {format_percent(found.filled_exposed)} of these days and "
            f"{format_percent(found.filled_unexposed)} of the others: "
            "who logs when sore sees links that are none."
        )
    return tuple(caveats)


def format_distance_link(points: float, units: Units = "metric") -> str:
    """Return the sentence on pain that goes with kilometres, whatever the jump.

    `points` are those for 10 km more over three days.
    """
    more = format_quantity(10_000.0, "distance_m", units)
    return (
        f"In your log, pain goes with the {name_distance(units)} themselves: "
        f"{format_points(points)} points for {more} more over three days. {NO_CAUSE}"
    )


def format_next_day(metres: float, units: Units = "metric") -> str:
    """Return the sentence on running less after pain."""
    less = format_quantity(abs(metres), "distance_m", units)
    return (
        f"On the day after one more point of pain you ran {less} less than "
        "that weekday and month would suggest. Pain shapes the training here, so links can run "
        "both ways."
    )


def format_notes(moved: int, *, daily: bool, judged: bool) -> tuple[str, ...]:
    """Return what holds for the whole answer.

    Parameters
    ----------
    moved : how many scores were counted with the evening before.
    daily : whether it is a diary of daily scores, else of onsets.
    judged : whether any exposure could be judged.
    """
    notes = []
    if judged and not daily:
        notes.append(
            "Days on which pain began tell little: even strong links are often missed."
        )
    if moved:
        notes.append(
            f"{moved} scores given before a run are counted with the evening before it."
        )
    return tuple(notes)


def format_headline(state: str, found: Sequence[str], gates: str) -> str:
    """Return the answer in one sentence.

    `found` are the sentences of associated exposures, `gates` why the diary is not judged, if so.
    """
    if state == "associated":
        return " ".join(found)
    if state == "none":
        return (
            "In your log, no change in training stands out from chance. "
            "That is no proof of no link."
        )
    why = gates or "too few weeks with and without a change"
    return f"Not enough data yet to link pain and training: {why}."


def format_latest(latest: Sequence[PainDay]) -> str:
    """Return the latest pain in a sentence, "" where there is none in the last week."""
    worst = max((day.score for day in latest), default=0.0)
    if not worst > 0:
        return ""
    newest = latest[0]
    more = ""
    if worst > newest.score:
        more = f", up to {worst:g} in the week before"
    return f"Pain {newest.score:g} of 10 on {format_day_month(newest.day)}{more}."


def format_red_flags(ticked: Sequence[TickedRedFlag]) -> str:
    """Return what comes before every other answer: the red flags ticked, and whom to call."""
    texts = "; ".join(red_flag.says for red_flag in ticked)
    return f"You ticked: {texts}. {ticked[0].call}"


def format_old_red_flag(ticked: TickedRedFlag) -> str:
    """Return the note on a red flag ticked long ago."""
    return (
        f"On {ticked.day} you ticked: {ticked.says}. "
        f"If nobody has looked at it, do not wait. {ticked.call}"
    )
