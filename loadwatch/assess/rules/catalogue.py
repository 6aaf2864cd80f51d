"""RULES: every check, in the order of their ids. A new one is one module and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.assess.rules import (
    compound,
    context_rules,
    effort,
    gap,
    hill_session,
    hill_week,
    hills,
    new_surface,
    pain,
    session_spike,
    shoe_km,
    support,
    surfaces,
    week_jump,
)
from loadwatch.settings import PRESETS, RuleKeys
from loadwatch.tables import FLAG_LEVELS

if TYPE_CHECKING:
    from loadwatch.assess.rules.model import Limits, Rule
    from loadwatch.settings import Settings

RULES: tuple[Rule, ...] = (
    session_spike.RULE,
    week_jump.RULE,
    context_rules.ACWR,
    hills.UPHILL,
    hills.DOWNHILL,
    hill_session.RULE,
    hill_week.RULE,
    surfaces.SHIFT,
    new_surface.RULE,
    compound.RULE,
    gap.RULE,
    effort.RULE,
    context_rules.MONOTONY,
    shoe_km.RULE,
    support.RULE,
    pain.LINK,
    pain.RED_FLAGS,
)
BY_ID = {rule.id: rule for rule in RULES}
ENABLED = "enabled"  # the one key that every rule has; false silences it


def find_rules(wanted: str) -> tuple[Rule, ...]:
    """Return the rule of an id or a name, else those whose title or question holds `wanted`.

    Case does not count; "" are all of them.
    """
    word = wanted.strip().lower()
    exact = tuple(rule for rule in RULES if word in (rule.id.lower(), rule.name))
    if exact:
        return exact
    return tuple(
        rule
        for rule in RULES
        if word in f"{rule.name.replace('_', ' ')} {rule.title} {rule.asks}".lower()
    )


def list_setting_keys() -> dict[str, RuleKeys]:
    """Return what `[rules.<name>]` may hold, by rule name."""
    return {
        rule.name: RuleKeys(
            id=rule.id,
            limits={
                preset: {
                    limit.key: limit.presets.get(preset, limit.value)
                    for limit in rule.limits
                }
                for preset in PRESETS
            },
            levels=tuple(
                limit.key
                for level in FLAG_LEVELS
                for limit in rule.limits
                if limit.key.removesuffix("_m") == level
            ),
            shares=frozenset(
                limit.key for limit in rule.limits if limit.si_unit == "share"
            ),
        )
        for rule in RULES
        if rule.kind != "context"
    }


def limits_in_force(rule: Rule, settings: Settings) -> Limits:
    """Return the limits of `rule`: its own, then the preset's, then the runner's."""
    own = {
        limit.key: limit.presets.get(settings.preset, limit.value)
        for limit in rule.limits
    }
    stated = settings.rules.get(rule.name, {})
    return own | {key: float(value) for key, value in stated.items() if key in own}


def is_enabled(rule: Rule, settings: Settings) -> bool:
    """Return whether `rule` is judged at all."""
    return bool(settings.rules.get(rule.name, {}).get(ENABLED, True))
