"""Messages of a wire: IPTC 7901, and ANPA 1312, its American twin. A head, the copy between STX and ETX, and a foot.

`SOH` AFP0123 4 i 123 VIE-rubber CRLF `STX` the copy `ETX` 091115 NOV 15 CRLF `EOT`
`SYN SYN SOH` a0123 US r i BC-Rubber,0123 US 11-09 0123 CRLF `STX` the copy `ETX` AP-NY-11-09-15 0534EST `EOT`
"""

import re
from collections.abc import Iterator

from services.normalize.fields.date import date_of_value
from services.normalize.readers.declared_fields import FieldReadings
from services.normalize.readers.opened import Copy, as_text
from shared.envelope import Raw
from shared.errors import NotAnArticle
from shared.untrusted.decode import decode

# A head ends at the next SOH as well: else bytes that are nothing but SOH cost the square of their number.
_MESSAGE = re.compile(
    rb"\x01(?P<head>[^\x01\x02\x03]{0,2000})\x02(?P<copy>[^\x03\x04]*)(?:\x03(?P<foot>[^\x01\x04]{0,500}))?"
)
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_NUMBERED = re.compile(r"\A([A-Za-z]{1,6})\s?(\d{3,5})\b")
_SLUG = re.compile(r"\b(?:(?:BC|AM|PM|FC|EU|NA|AP)-+)?([^\W\d_][\w&'’.-]{2,}(?:[ -][^\W\d_][\w&'’.-]+)*)")
# 091534 NOV 15: the day, the clock in UTC, the month, the year; and AP-NY-11-09-15 1534EST.
_FOOT_7901 = re.compile(r"\b(\d\d)(\d\d)(\d\d)\s+([A-Za-z]{3})\s+(\d\d)\b")
_FOOT_ANPA = re.compile(r"-(\d\d)-(\d\d)-(\d\d)\s+(\d\d)(\d\d)([A-Z]{3,4})\b")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MARKS = re.compile(r"(?m)^\^[ \t]*|[=^<]+[ \t]*$")  # by which typesetters were told of lines


def open_text(raw: Raw) -> Copy:
    """The copy of the message, and what its head and foot say; raises `NotAnArticle` for several, and for none."""
    messages = list(_MESSAGE.finditer(raw.body))
    if len(messages) != 1:
        raise NotAnArticle(f"This holds {len(messages)} messages of a wire (SOH, STX, ETX): send each by itself.")
    head, copy, foot = (messages[0][part] or b"" for part in ("head", "copy", "foot"))
    text = decode(copy.translate(None, _CONTROLS), "text/plain", raw.source.language).text
    opened = as_text(raw, _MARKS.sub("", "\n".join(text.splitlines())))
    readings = FieldReadings()
    told = _words(head)
    numbered = _NUMBERED.match(told)
    if numbered is not None:
        readings.add("alt_ids", (f"{numbered[1]}{numbered[2]}",), "wire head", "head")
        told = told[numbered.end() :]
    slugs = tuple(dict.fromkeys(found[1].strip(" -.") for found in _SLUG.finditer(told)))
    readings.add("keywords", slugs, "wire head", "head")
    for sent in _sent(_words(foot)):
        dated = date_of_value(sent, raw, raw.source.language)
        readings.take_date("first_created", dated, "wire foot", "foot", said=sent)
    return Copy(raw=opened, head=readings.draft(()))


def _words(part: bytes) -> str:
    return " ".join("".join(chr(byte) if 32 <= byte < 127 else " " for byte in part).split())


def _sent(foot: str) -> Iterator[str]:
    """When the message was sent."""
    sent = _FOOT_7901.search(foot)
    if sent is not None and sent[4].lower() in _MONTHS:
        month = _MONTHS.index(sent[4].lower()) + 1
        yield f"20{sent[5]}-{month:02}-{sent[1]}T{sent[2]}:{sent[3]}:00Z"
        return
    sent = _FOOT_ANPA.search(foot)
    if sent is not None:
        yield f"20{sent[3]}-{sent[1]}-{sent[2]} {sent[4]}:{sent[5]} {sent[6]}"
