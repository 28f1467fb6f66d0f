"""What wires set before a headline to tell desks which take it is: "UPDATE 2-", "(2)", "++ … ++", "ROUNDUP: "."""

import re
from functools import cache

from services.normalize.language import phrases
from services.normalize.language.alternatives import any_of
from services.normalize.language.folding import LOWER, UPPER
from services.normalize.language.load import GENERIC, for_tag
from shared.patterns import pattern_of

_NUMBERED = pattern_of(rf"[{UPPER}]{{2,}}\s\d{{1,2}}\s?[-–—:]\s?(?=\S)")
_BRACKETED = pattern_of(  # "(2)", "(LEAD)", "（经济）", "(opis) Burza", but not "(Almost) nobody came"
    rf"[(（](?:\d{{1,2}}|[^{LOWER}()（）\s\d]{{2,10}}\.?|[{LOWER}]{{2,10}}(?=[)）]\s*[^{LOWER}\s]))[)）]\s*(?=\S)"
)
_CROSSES = pattern_of(r"(?P<mark>\+{1,3}|\*{2,3})\s*(?P<headline>\S.*?)\s*(?P=mark)?")


def without_code(headline: str, tag: str) -> str:
    """The headline as readers are to see it."""
    crossed = _CROSSES.fullmatch(headline)
    if crossed is not None:
        headline = crossed["headline"]
    match = _NUMBERED.match(headline) or _BRACKETED.match(headline) or _known(tag).match(headline)
    return headline[match.end() :] if match is not None else headline


@cache
def _known(tag: str) -> re.Pattern[str]:
    codes = {*for_tag(tag).wire_codes, *for_tag(GENERIC).wire_codes, *for_tag("en").wire_codes}
    known, calls = any_of(codes), any_of(phrases.calls(tag))
    return re.compile(
        rf"(?:(?:{known})(?:\s?\d{{1,2}})?\s?[-–—:：]\s?|[(（](?:{known}|{calls})\.?[)）]\s*)(?=\S)", re.IGNORECASE
    )
