"""Bytes that are not valid UTF-8: one older encoding, several by turns, or UTF-8 with damage."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from shared.untrusted.charsets.damage import (
    HIGH,
    is_damaged,
    is_mostly_utf8,
    is_plainly_utf8,
    is_utf8,
    with_pairs_joined,
    without_strays,
)
from shared.untrusted.charsets.letters import likelihood
from shared.untrusted.charsets.syllables import syllables_in
from shared.untrusted.charsets.vietnamese import DECODERS

_LINE = re.compile(rb"[^\r\n]+[\r\n]*|[\r\n]+")
_MARKUP = re.compile(rb"(?=<)")
# The order is how often each is met: the first wins a tie.
_WORLD = (
    "cp1252", "cp1251", "cp1250", "gb18030", "cp932", "euc_jp", "cp949", "big5hkscs", "cp1254", "cp1253", "cp1256",
    "cp1255", "cp1257", "koi8_r", "koi8_u", "iso8859_2", "cp874", "iso8859_5", "iso8859_7", "iso8859_15", "cp866",
    "iso8859_6", "iso8859_8", "mac_roman",
)  # fmt: skip
_ALL = (*DECODERS, *_WORLD)
_TCVN = ("tcvn3", "tcvn5712")
_SAMPLE = 4000
_SYLLABLES = 8  # so many right ones, and next to none wrong, are proof
_CLAIM = 6.0  # what a declaration is worth, on the scale of a logarithm of likelihood
_DEFAULT_CLAIM = 1.0  # many servers say ISO-8859-1 of whatever they send
_HINT = 8.0
_NEAR = (
    0.35  # a declared encoding stands if it is worse than the best by no more than this for each letter beyond ASCII
)
_SHORTLIST = 6
_USUAL = 8.0


def read_legacy(body: bytes, declared: Sequence[str], language: str | None) -> tuple[str, str, str, bool]:
    """Text, encoding, the rule that decided, and whether bytes were mended or left out."""
    claims = [name for claim in declared for name in (_TCVN if claim == "tcvn" else (claim,))]
    body = with_pairs_joined(body)
    lines = _LINE.findall(body)
    broken = [line for line in lines if not is_utf8(line)]
    if not any(map(is_plainly_utf8, lines)) and not is_mostly_utf8(broken):
        name, rule = _judged(_sample(broken), claims, language)
        text = _read(body, name)
        return text.replace("\ufffd", ""), name, rule, "\ufffd" in text
    return _read_mixed(lines, broken, claims, language)


def _judged(sample: bytes, claims: Sequence[str], language: str | None) -> tuple[str, str]:
    proven = _proven(sample, claims)
    if proven is not None:
        return proven, "Vietnamese syllables"
    ranking = _ranked(sample, claims, language)
    best, winner = ranking[0]
    letters = len(HIGH.findall(sample))
    for score, name in ranking:
        if name in claims and best - score <= _NEAR * letters:
            return name, "declared"
    return winner, "letter frequencies"


def _proven(sample: bytes, claims: Sequence[str]) -> str | None:
    """The Vietnamese encoding in which the sample is beyond doubt Vietnamese, if there is one."""
    names = sorted(DECODERS, key=lambda name: name not in claims)
    counts = {name: syllables_in(DECODERS[name](sample)) for name in names}
    name = max(names, key=lambda name: counts[name][0] - 4 * counts[name][1])
    right, wrong = counts[name]
    return name if right >= _SYLLABLES and right >= 12 * wrong else None


def _read_mixed(
    lines: Sequence[bytes], broken: Sequence[bytes], claims: Sequence[str], language: str | None
) -> tuple[str, str, str, bool]:
    """UTF-8 in part: each broken line (or element of one) is UTF-8 with strays, or wholly of an older encoding."""
    pieces = [piece for line in broken for piece in _pieces(line) if not is_utf8(piece) and not is_damaged(piece)]
    shortlist: Sequence[str] = ()
    if pieces:
        shortlist = [name for _, name in _ranked(_sample(pieces), claims, language)[:_SHORTLIST]]
    proven = Counter(name for piece in pieces if (name := _proven(piece[:_SAMPLE], ())))
    found: set[str] = set()
    read = "".join(
        line.decode("utf-8")
        if is_utf8(line)
        else "".join(_read_piece(piece, shortlist, proven, found) for piece in _pieces(line))
        for line in lines
    )
    if not found:
        return read, "utf-8", "UTF-8 with stray bytes", True
    return read, "+".join(["utf-8", *sorted(found)]), "a mixture, told line by line", True


def _read_piece(piece: bytes, shortlist: Sequence[str], usual: Mapping[str, int], found: set[str]) -> str:
    """One piece on its own; where it says little, the encoding that was proven for others is likely its own."""
    if is_utf8(piece):
        return piece.decode("utf-8")
    if is_damaged(piece):
        return without_strays(piece)
    name = _proven(piece[:_SAMPLE], ())
    if name is None:
        names = dict.fromkeys([*usual, *shortlist])
        most = max(usual.values(), default=1)
        name = max(
            names,
            key=lambda name: _likelihood(piece[:_SAMPLE], name) + _USUAL * usual.get(name, 0) / most - 0.01 * len(name),
        )
    found.add(name)
    return _read(piece, name).replace("\ufffd", "")


def _pieces(line: bytes) -> Sequence[bytes]:
    return _MARKUP.split(line) if b"<" in line else (line,)


def _ranked(sample: bytes, claims: Sequence[str], language: str | None) -> list[tuple[float, str]]:
    """Encodings by how likely the sample is in them, best first; a claim and a hint of Vietnamese weigh a little."""
    names = dict.fromkeys([*(name for name in claims if _is_known(name)), *_ALL])
    vietnamese = language is not None and language.lower().startswith("vi")
    ranking = []
    for place, name in enumerate(names):
        score = _likelihood(sample, name)
        if name in claims:
            score += _DEFAULT_CLAIM if name == "cp1252" else _CLAIM
        score += _HINT * (vietnamese and name in DECODERS) - 0.01 * place
        ranking.append((score, name))
    return sorted(ranking, reverse=True)


def _likelihood(body: bytes, name: str) -> float:
    return likelihood(_read(body, name), "vi" if name in DECODERS else None)[0]


def _is_known(name: str) -> bool:
    return name in DECODERS or not name.startswith(("utf", "tcvn"))


def _read(body: bytes, name: str) -> str:
    decoder = DECODERS.get(name)
    return body.decode(name, "replace") if decoder is None else decoder(body)


def _sample(lines: Sequence[bytes]) -> bytes:
    """The lines that say most, up to a bound: what is left of them is enough to tell."""
    kept: list[bytes] = []
    size = 0
    for line in lines:
        for piece in _pieces(line):
            if not piece.isascii():
                kept.append(piece[: _SAMPLE - size])
                size += len(kept[-1])
                if size >= _SAMPLE:
                    return b"".join(kept)
    return b"".join(kept)
