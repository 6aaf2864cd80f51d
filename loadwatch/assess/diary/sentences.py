"""Every sentence the diary can say; none names a cause, and none promises anything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.assess.diary.daily_scores import DailyEffect
    from loadwatch.assess.diary.red_flags import TickedRedFlag

NO_CAUSE = "This cannot show cause."
MISSED_BELOW_WEEKS = 28
_MIN_UNEQUAL = 0.10  # difference in share of filled days that is worth a word
_MINUS = "\N{MINUS SIGN}"


def format_points(value: float) -> str:
    """Return a difference in points, signed: "+0.9"."""
    words = f"{value:+.1f}"
    return "0.0" if words in ("+0.0", "-0.0") else words.replace("-", _MINUS)


def format_share(part: float) -> str:
    """Return a share in per cent."""
    return f"{100 * part:.0f} %"


def _format_interval(low: float, high: float) -> str:
    return f"interval {format_points(low)} to {format_points(high)}"


def explain_too_few_weeks(exposed: int, unexposed: int, least: int) -> str:
    """Return why an exposure is not judged."""
    return f"{exposed} weeks with it and {unexposed} without it are scored; {least} of each are needed"


def explain_too_few_sets(discordant: int, least: int) -> str:
    """Return why an exposure is not judged in a diary of onsets."""
    return f"only {discordant} of the days on which pain began can be told from their month; {least} are needed"


def explain_daily_gates(
    weeks: float, filled: float, least_weeks: int, least_filled: float
) -> str:
    """Return why a diary of daily scores is not judged, "" where it is."""
    if weeks < least_weeks:
        return f"the diary spans {weeks:.0f} weeks; {least_weeks} are needed"
    if filled < least_filled:
        return f"{format_share(filled)} of days have a score; {format_share(least_filled)} are needed, days without pain as 0"
    return ""


def explain_onset_gates(
    weeks: float, onsets: int, least_weeks: int, least_onsets: int
) -> str:
    """Return why a diary of onsets is not judged, "" where it is."""
    if weeks < least_weeks:
        return f"the diary spans {weeks:.0f} weeks; {least_weeks} are needed where only days of pain are kept"
    if onsets < least_onsets:
        return f"pain began {onsets} times; {least_onsets} are needed. A score each day, 0 included, tells more"
    return ""


def _format_unjudged(what: str, why: str) -> str:
    return (
        f"After {what}: not enough data ({why})."
        if why
        else f"After {what}: not enough data."
    )


def format_daily_link(
    what: str, state: str, effect: tuple[float, float, float], why: str
) -> str:
    """Return the sentence on one exposure of a diary of daily scores; `why` is its own reason, if any."""
    middle, low, high = effect
    if state == "not_enough":
        return _format_unjudged(what, why)
    found = f"{format_points(middle)} points ({_format_interval(low, high)})"
    if state == "associated":
        return (
            f"In your log, {what} and the two days after it are associated with more pain: {found} against "
            f"comparable weekdays of the same month. {NO_CAUSE}"
        )
    return f"After {what}: {found}, not to be told from chance. That is no proof of no link."


def format_onset_link(what: str, state: str, odds_ratio: float, why: str) -> str:
    """Return the sentence on one exposure of a diary of onsets."""
    if state == "not_enough":
        return _format_unjudged(what, why)
    times = f"{odds_ratio:.1f} times" if math.isfinite(odds_ratio) else "many times"
    if state == "associated":
        return (
            f"In your log, {what} and the two days after it are associated with the start of pain: the odds "
            f"are {times} those of the same weekdays of the month. {NO_CAUSE}"
        )
    return f"After {what}: odds of pain starting {times} as high, not to be told from chance."


def format_caveats(found: DailyEffect, alpha: float) -> tuple[str, ...]:
    """Return what must be read beside one exposure's sentence."""
    out = []
    if math.isfinite(found.later):
        out.append(
            f"Three to seven days after: {format_points(found.later)} points (shown, not tested)."
        )
    if found.before_p <= alpha and found.before > 0:
        out.append(
            f"Pain was higher in the week before, too ({format_points(found.before)} points): "
            "the link may run the other way round."
        )
    if abs(found.filled_exposed - found.filled_unexposed) >= _MIN_UNEQUAL:
        out.append(
            f"Scores are there for {format_share(found.filled_exposed)} of these days and "
            f"{format_share(found.filled_unexposed)} of the others: who logs when sore sees links that are none."
        )
    return tuple(out)


def format_next_day(metres: float) -> str:
    """Return the sentence on running less after pain."""
    return (
        f"On the day after one more point of pain you ran {abs(metres) / 1000:.1f} km less than that weekday "
        "and month would suggest: pain shapes the training here, so links can run both ways."
    )


def format_notes(
    weeks: float, moved: int, *, daily: bool, judged: bool
) -> tuple[str, ...]:
    """Return what holds for the whole answer."""
    out = []
    if judged and daily and weeks < MISSED_BELOW_WEEKS:
        out.append(
            f"With {weeks:.0f} weeks, a real effect of 1 point would be missed more often than found."
        )
    if judged and not daily:
        out.append(
            "Days on which pain began tell little: even strong links are often missed."
        )
    if moved:
        out.append(
            f"{moved} scores given before a run are counted with the evening before it."
        )
    return tuple(out)


def format_old_red_flag(sign: TickedRedFlag) -> str:
    """Return the note on a sign ticked long ago."""
    return f"On {sign.day} you ticked: {sign.says}. If nobody has looked at it, do not wait. {sign.call}"


def format_headline(state: str, found: Sequence[str], gates: str) -> str:
    """Return the answer in one sentence."""
    if state == "associated":
        return " ".join(found)
    if state == "none":
        return "In your log, no change in training stands out from chance. That is no proof of no link."
    return f"Not enough data to link pain and training ({gates or 'too few weeks with and without a change'})."


EMPTY_DIARY = "The diary holds no line for the time of these activities."


def format_red_flags(signs: Sequence[TickedRedFlag]) -> str:
    """Return what stands above every other answer."""
    ticked = "; ".join(sign.says for sign in signs)
    return f"You ticked: {ticked}. {signs[0].call}"
