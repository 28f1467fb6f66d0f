"""Words from outside made harmless for a terminal: nothing in them steers it or changes the order of what is read."""

import json
import re

# What may steer a terminal or change the order of what is read there. JSON escapes only the first 32 itself; joiners
# (U+200C, U+200D) belong to words. Lone surrogates (names of files) are no text that a stream could write.
HARMFUL = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
STEERING = re.compile(f"[\x00-\x08\x0b-\x1f]|{HARMFUL.pattern}")


def harmless_json(line: str) -> str:
    """A JSON line in which what may steer a terminal is escaped; it decodes to the same value."""
    return HARMFUL.sub(lambda match: json.dumps(match[0])[1:-1], line)


def harmless_text(text: str) -> str:
    """Text in which what may steer a terminal, but for tabs and ends of lines, is shown by its escape."""
    return STEERING.sub(lambda match: ascii(match[0])[1:-1], text)
