"""Signs that need a person, not a program: one column of diary.csv each, and whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

Urgency = Literal["today", "soon"]
RECENT_WEEKS = 12

CALL: dict[Urgency, str] = {
    "today": (
        "Get medical help today: an emergency department, or the emergency number where you are "
        "(999, 112, 911). Do not wait for this to pass."
    ),
    "soon": (
        "Ask for an urgent appointment with a doctor or a physiotherapist, and say it in these words. "
        "If it gets worse meanwhile, get medical help the same day."
    ),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: its column in diary.csv, how soon it needs somebody, and what it is."""

    column: str
    urgency: Urgency
    says: str


# Finucane et al. 2020, J Orthop Sports Phys Ther 50:350-372, doi:10.2519/jospt.2020.9971: few single signs
# are accurate by themselves, so this list prompts a call and is never added up to a score.
SIGNS: tuple[Sign, ...] = (
    Sign(
        "saddle_numbness",
        "today",
        "new numbness or tingling between the legs, in buttocks or inner thighs",
    ),
    Sign(
        "bladder_bowel",
        "today",
        "new trouble passing urine, or losing control of bladder or bowel",
    ),
    Sign("both_legs", "today", "new or growing weakness or numbness in both legs"),
    Sign("sexual_function", "today", "new loss of sexual function or feeling"),
    Sign("accident", "today", "pain that began with a serious fall or accident"),
    Sign("chest_pain", "today", "back pain together with chest pain"),
    Sign("fever", "soon", "fever, or feeling very unwell"),
    Sign("weight_loss", "soon", "weight loss without a reason"),
    Sign(
        "night_pain",
        "soon",
        "constant pain that is worse at night or does not ease with rest",
    ),
    Sign("cancer_history", "soon", "back pain and a history of cancer"),
    Sign("swelling", "soon", "a new swelling or a change in the shape of the back"),
    Sign("leg_weakness", "soon", "weakness in a leg or a foot"),
    Sign(
        "changed_sensation", "soon", "changed feeling in a leg: numb, tingling, burning"
    ),
    Sign("sciatica", "soon", "pain that shoots from the back down a leg (sciatica)"),
    Sign(
        "bone_health",
        "soon",
        "back pain and thin bones, long use of steroids, or a higher age",
    ),
    Sign(
        "bone_pain",
        "soon",
        "pain in one small spot of bone with each step, above all when eating too little or missing periods",
    ),
)
BY_COLUMN = {sign.column: sign for sign in SIGNS}


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign that the runner has ticked; it stands above every other answer."""

    day: date | None  # None where the line's date could not be read
    column: str
    urgency: Urgency
    says: str
    call: str


def raised(column: str, day: date | None) -> RedFlag:
    """Return the red flag of one tick."""
    sign = BY_COLUMN[column]
    return RedFlag(day, column, sign.urgency, sign.says, CALL[sign.urgency])
