"""Red flags: signs that need a person, not a program; a column of diary.csv each, whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

Urgency = Literal["today", "soon"]
RECENT_WEEKS = 12

CALL_TEXTS: dict[Urgency, str] = {
    "today": (
        "Get medical help today: an emergency department, or the emergency number where you are "
        "(999, 112, 911). Do not wait for this to pass."
    ),
    "soon": (
        "Ask for an urgent appointment with a doctor or a physiotherapist, "
        "and say it in these words. If it gets worse meanwhile, get medical help the same day."
    ),
}


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One red flag: its column in diary.csv, how soon it needs somebody, and what it is."""

    column: str
    urgency: Urgency
    says: str
    own_call: str = ""  # whom to call, where that is not the text of its urgency

    @property
    def call(self) -> str:
        """Whom to call, and how soon."""
        return self.own_call or CALL_TEXTS[self.urgency]

    @property
    def listed(self) -> str:
        """What it is, in a list of signs: with its own call, where it has one."""
        if self.own_call:
            return f"{self.says}: {_NOT_URGENT}"
        return self.says


_NOT_URGENT = "an appointment soon, not urgent by itself"
# Finucane et al. 2020, J Orthop Sports Phys Ther 50:350-372, doi:10.2519/jospt.2020.9971: few of
# them are accurate by themselves, so this list prompts a call and is never added up to a score.
RED_FLAGS: tuple[RedFlag, ...] = (
    RedFlag(
        "saddle_numbness",
        "today",
        "new numbness or tingling between the legs, in buttocks or inner thighs",
    ),
    RedFlag(
        "bladder_bowel",
        "today",
        "new trouble passing urine, or losing control of bladder or bowel",
    ),
    RedFlag("both_legs", "today", "new or growing weakness or numbness in both legs"),
    RedFlag("sexual_function", "today", "new loss of sexual function or feeling"),
    RedFlag("accident", "today", "pain that began with a serious fall or accident"),
    RedFlag("chest_pain", "today", "back pain together with chest pain"),
    RedFlag("fever", "soon", "fever, or feeling very unwell"),
    RedFlag("weight_loss", "soon", "weight loss without a reason"),
    RedFlag(
        "night_pain",
        "soon",
        "constant pain that is worse at night or does not ease with rest",
    ),
    RedFlag("cancer_history", "soon", "back pain and a history of cancer"),
    RedFlag("swelling", "soon", "a new swelling or a change in the shape of the back"),
    RedFlag("leg_weakness", "soon", "weakness in a leg or a foot"),
    RedFlag(
        "changed_sensation", "soon", "changed feeling in a leg: numb, tingling, burning"
    ),
    RedFlag(
        "sciatica",
        "soon",
        "pain that shoots from the back down a leg (sciatica)",
        "See a physiotherapist or a doctor soon, and say it in these words. With weakness or "
        "numbness in the leg, ask for an urgent appointment.",
    ),
    RedFlag(
        "bone_health",
        "soon",
        "back pain after a minor fall, aged 70 and over, or with thin bones or long use of steroids",
    ),
    RedFlag(
        "bone_pain",
        "soon",
        "pain in one small spot of bone with each step, "
        "above all when eating too little or missing periods",
    ),
)
RED_FLAGS_BY_COLUMN = {red_flag.column: red_flag for red_flag in RED_FLAGS}


@dataclass(frozen=True, slots=True)
class TickedRedFlag:
    """A red flag that the runner has ticked; it comes before every other answer."""

    day: date | None  # None where the line's date could not be read
    column: str
    urgency: Urgency
    says: str
    call: str


def tick_red_flag(column: str, day: date | None) -> TickedRedFlag:
    """Return the red flag of one tick in its column; `day` is None where it cannot be read."""
    red_flag = RED_FLAGS_BY_COLUMN[column]
    return TickedRedFlag(day, column, red_flag.urgency, red_flag.says, red_flag.call)
