"""Bytes that are not valid UTF-8: one older encoding, several by turns, or UTF-8 with damage."""

import re
from collections.abc import Sequence

from services.normalize.charsets.letters import is_printed, likelihood
from services.normalize.charsets.syllables import syllables_in
from services.normalize.charsets.vietnamese import DECODERS

_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
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
_FEW_STRAYS = 3


def read_legacy(body: bytes, declared: Sequence[str], language: str | None) -> tuple[str, str, str, bool]:
    """Text, encoding, the rule that decided, and whether bytes were mended or left out."""
    claims = [name for claim in declared for name in (_TCVN if claim == "tcvn" else (claim,))]
    body = _SURROGATES.sub(lambda found: _joined(found[0]), body)
    lines = body.split(b"\n")
    broken = [line for line in lines if not _is_utf8(line)]
    whole_lines = sum(1 for line in lines if not line.isascii() and _is_utf8(line))
    if whole_lines <= len(broken) / 20 and not _is_mostly_utf8(broken):
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
    letters = len(_HIGH.findall(sample))
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
    pieces = [piece for line in broken for piece in _pieces(line) if not _is_utf8(piece) and not _is_damaged(piece)]
    shortlist: Sequence[str] = ()
    if pieces:
        shortlist = [name for _, name in _ranked(_sample(pieces), claims, language)[:_SHORTLIST]]
    found: set[str] = set()
    read = "\n".join(
        line.decode("utf-8")
        if _is_utf8(line)
        else "".join(_read_piece(piece, shortlist, found) for piece in _pieces(line))
        for line in lines
    )
    if not found:
        return read, "utf-8", "UTF-8 with stray bytes", True
    return read, "+".join(["utf-8", *sorted(found)]), "a mixture, told line by line", True


def _read_piece(piece: bytes, shortlist: Sequence[str], found: set[str]) -> str:
    if _is_utf8(piece):
        return piece.decode("utf-8")
    if _is_damaged(piece):
        return _without_strays(piece)
    proven = _proven(piece[:_SAMPLE], ())
    if proven is not None:
        found.add(proven)
        return _read(piece, proven).replace("\ufffd", "")
    ranking = sorted(((_likelihood(piece, name) - place, name) for place, name in enumerate(shortlist)), reverse=True)
    found.add(ranking[0][1])
    return _read(piece, ranking[0][1]).replace("\ufffd", "")


def _pieces(line: bytes) -> Sequence[bytes]:
    return _MARKUP.split(line) if b"<" in line else (line,)


def _is_damaged(piece: bytes) -> bool:
    """UTF-8 with a stray byte here and there, rather than another encoding: most of what is beyond ASCII is valid."""
    return _is_mostly_utf8([piece])


def _without_strays(piece: bytes) -> str:
    """Stray quotation marks and dashes of Windows are read; any other stray byte is left out, since nothing tells."""
    kept: list[str] = []
    end = 0
    for match in _HIGH_RUN.finditer(piece):
        kept.append(piece[end : match.start()].decode("ascii"))
        kept.append(_read_run(match[0]))
        end = match.end()
    return "".join(kept) + piece[end:].decode("ascii")


def _read_run(run: bytes) -> str:
    kept: list[str] = []
    end = 0
    for match in _UTF8_SEQUENCE.finditer(run):
        kept.append(_read_strays(run[end : match.start()]))
        kept.append(match[0].decode("utf-8"))
        end = match.end()
    return "".join(kept) + _read_strays(run[end:])


def _read_strays(strays: bytes) -> str:
    return "".join(mark for mark in strays.decode("cp1252", "ignore") if mark in "“”‘’…–—•€\u00a0")


def _is_mostly_utf8(lines: Sequence[bytes]) -> bool:
    """Whether valid sequences outnumber the other bytes beyond ASCII; a stray or three may outnumber a few letters."""
    sequences = inside = high = 0
    for line in lines:
        found = _UTF8_SEQUENCE.findall(line)
        sequences += len(found)
        inside += sum(map(len, found))
        high += len(_HIGH.findall(line))
    outside = high - inside
    return sequences >= outside or (outside <= _FEW_STRAYS and inside >= outside)


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
                    return b"\n".join(kept)
    return b"\n".join(kept)


def _is_utf8(line: bytes) -> bool:
    """Valid UTF-8 of letters that are in use: "Phß½ng" in VISCII is valid too, as a letter of N'Ko."""
    try:
        return is_printed(line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _joined(pair: bytes) -> bytes:
    """Two halves of a surrogate pair, each encoded on its own (CESU-8), as one character."""
    return pair.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode("utf-8")
