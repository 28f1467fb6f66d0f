"""Whether a feed's trouble is told, once for each change: one that fails and recovers by turns is told as one. Pure."""

import msgspec

DAY_US = 86_400_000_000
MOST_LEFT = 8


class Alarm(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What was told of a feed. `reason` is that of the trouble that is told now, empty for none; `left` are the visits
    in a row that must go well until it is over, `tells` how often it was told within a day, the last time at `told_us`.
    """

    reason: str = ""
    left: int = 0
    tells: int = 0
    told_us: int = 0


def sound(alarm: Alarm, reason: str, now_us: int) -> Alarm:
    """It fails, and a person is to know. The more often that was so in a day, the later it is believed to be over."""
    is_new = not alarm.reason
    tells = alarm.tells if not is_new else alarm.tells + 1 if now_us - alarm.told_us < DAY_US else 1
    told_us = now_us if is_new else alarm.told_us
    return Alarm(reason=reason, left=min(2 ** min(tells - 1, MOST_LEFT), MOST_LEFT), tells=tells, told_us=told_us)


def soothe(alarm: Alarm) -> Alarm:
    """A visit went well."""
    if not alarm.reason:
        return alarm
    left = alarm.left - 1
    return msgspec.structs.replace(alarm, left=max(left, 0), reason=alarm.reason if left > 0 else "")
