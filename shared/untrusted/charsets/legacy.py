"""Bytes that are not valid UTF-8: one older encoding, several by turns, or UTF-8 with damage."""

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from shared.untrusted.charsets.alphabets import ALPHABETS, ENCODINGS, WORDS
from shared.untrusted.charsets.damage import (
    HIGH,
    is_damaged,
    is_mostly_utf8,
    is_plainly_utf8,
    is_utf8,
    with_pairs_joined,
    without_strays,
)
from shared.untrusted.charsets.letters import SYLLABLE, is_at_home, letter_scores, likelihood, of_context
from shared.untrusted.charsets.syllables import syllables_in
from shared.untrusted.charsets.vietnamese import DECODERS

_LINE = re.compile(rb"[^\r\n]+[\r\n]*|[\r\n]+")
_MARKUP = re.compile(rb"(?=<)")
# The order is how often each is met: the first wins a tie.
_USUAL_ONES = (
    "cp1252", "cp1251", "cp1250", "gb18030", "cp932", "euc_jp", "cp949", "big5hkscs", "cp1254", "cp1253", "cp1256",
    "cp1255", "cp1257", "koi8_r", "koi8_u", "iso8859_2", "cp874", "iso8859_5", "iso8859_7", "iso8859_15", "cp866",
    "iso8859_6", "iso8859_8",
)  # fmt: skip
_RARE_ONES = (
    "mac_roman", "cp850", "cp437", "cp852", "mac_cyrillic", "mac_latin2", "iso8859_13", "cp1125", "cp865",
    "cp737", "cp857", "cp862", "cp855", "cp775",
)  # fmt: skip
_ALL = (*DECODERS, *_USUAL_ONES, *_RARE_ONES)
_LANGUAGES = {name: tuple(tag for tag, names in ENCODINGS.items() if name in names) for name in _ALL}
_LANGUAGES.update(dict.fromkeys(DECODERS, ("vi",)))
_LANGUAGES_OF_WORD: dict[str, list[str]] = {}
for _tag, _words in WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF_WORD.setdefault(_word, []).append(_tag)
_MULTIBYTE = frozenset(
    {
        "gb18030",
        "gbk",
        "gb2312",
        "cp932",
        "shift_jis",
        "euc_jp",
        "cp949",
        "euc_kr",
        "johab",
        "big5hkscs",
        "big5",
        "cp950",
    }
)
# Which letter of ASCII it is says nothing; that a letter stands inside a word beyond ASCII may.
_ASCII_AS_ONE = bytes(
    byte if byte > 0x7E or byte < 0x20 else ord("a") if chr(byte).isalpha() else ord(" ") for byte in range(256)
)
_TCVN = ("tcvn3", "tcvn5712")
_SAMPLE = 1600  # bytes of words that hold some beyond ASCII
_FIRST_SAMPLE = 400  # nearly always enough: more is looked at where two encodings are close
_CLOSE = 12.0  # on the scale of a logarithm of likelihood, as are the next
_CLAIM = 6.0  # what a declaration is worth
_DEFAULT_CLAIM = 1.0  # many servers say ISO-8859-1 of whatever they send
_HINT = 6.0  # what it is worth that the source is known to write in the language
_WORD, _MOST_WORDS = 1.0, 8.0  # what a common word of the language around is worth, and all of them
_RARE_ENCODING = 3.0
_PLACE = 0.01
_SHORTLIST = 6
# A declared encoding stands if it is worse than the best by no more than this for each letter beyond ASCII.
_NEAR = 0.35
_USUAL = 8.0
_STOPS = ".,:;!?()\"'"
_SYLLABLES = 8  # so many right ones, and next to none wrong, are proof
_SAME_LETTERS = {"nb": "da", "nn": "da", "no": "da", "ms": "id"}


class _Clues(NamedTuple):
    """What speaks for an encoding or a language beside the letters themselves, each on the scale of a likelihood."""

    claims: Sequence[str]
    languages: Mapping[str, float]

    def of_encoding(self, name: str) -> float:
        claim = (_DEFAULT_CLAIM if name == "cp1252" else _CLAIM) if name in self.claims else 0.0
        return claim - (_RARE_ENCODING if name in _RARE_ONES else 0.0)


class _Sample(NamedTuple):
    """The words that hold bytes beyond ASCII, with what stands beside them, and the other words."""

    beyond: bytes
    ascii_words: Mapping[str, int]


def read_legacy(body: bytes, declared: Sequence[str], language: str | None) -> tuple[str, str, str, bool]:
    """Text, encoding, the rule that decided, and whether bytes were mended or could not be read (U+FFFD)."""
    claims = [name for claim in declared for name in (_TCVN if claim == "tcvn" else (claim,))]
    body = with_pairs_joined(body)
    lines = _LINE.findall(body)
    broken = [line for line in lines if not (line.isascii() or is_utf8(line))]
    beyond = [line for line in lines if not line.isascii()]
    is_mixed = any(map(is_plainly_utf8, lines)) or is_mostly_utf8(beyond if len(beyond) > len(broken) else broken)
    if not is_mixed:
        name, rule = _judged(broken, claims, language)
        text = _read(body, name)
        return text, name, rule, "\ufffd" in text
    return _read_mixed(lines, broken, claims, language)


def read_byte_by_byte(body: bytes, name: str) -> str | None:
    """The letters of some bytes in an encoding that has one for each; None in others, where bytes need their order."""
    table = _table(name) if name in _ALL else None
    return None if table is None else "".join(table[byte] for byte in set(body))


def _judged(broken: Sequence[bytes], claims: Sequence[str], language: str | None) -> tuple[str, str]:
    """The encoding of these lines: by few of their words, unless two encodings come close there."""
    first = _sample(broken, _FIRST_SAMPLE)
    plain = next((name for name in claims if _is_known(name) and _is_plainly(first.beyond, name)), None)
    if plain is not None:
        return plain, "declared"
    for most in (_FIRST_SAMPLE, _SAMPLE):
        sample = first if most == _FIRST_SAMPLE else _sample(broken, most)
        ranking = _ranked(sample.beyond, _clues(sample, claims, language))
        is_clear = len(ranking) == 1 or ranking[0][0] - ranking[1][0] > _CLOSE or ranking[0][1] in claims
        if is_clear or len(sample.beyond) < most:
            break
    best, winner = ranking[0]
    letters = len(HIGH.findall(sample.beyond))
    for score, name in ranking:
        if name in claims and best - score <= _NEAR * letters:
            return name, "declared"
    return winner, "letter frequencies"


def _is_plainly(sample: bytes, name: str) -> bool:
    """Whether the sample is, by this encoding, in a language written in it: no letter strange or misplaced."""
    return is_at_home(_read(sample, name), _LANGUAGES.get(name, ()))


def _clues(sample: _Sample, claims: Sequence[str], language: str | None) -> _Clues:
    languages: Counter[str] = Counter()
    for word, times in sample.ascii_words.items():
        for tag in _LANGUAGES_OF_WORD.get(word, ()):
            languages[tag] += times
    bonus = {tag: min(_MOST_WORDS, _WORD * times) for tag, times in languages.items()}
    hinted = _alphabet_of(language)
    if hinted is not None:
        bonus[hinted] = bonus.get(hinted, 0.0) + _HINT
    return _Clues(claims, bonus)


def _alphabet_of(language: str | None) -> str | None:
    """The alphabet of a BCP 47 tag: "zh-TW" is written as "zh-Hant" is, "nb" as "da"."""
    main, _, rest = (language or "").lower().partition("-")
    if main == "zh" and rest in ("hant", "tw", "hk", "mo", "hant-tw", "hant-hk"):
        return "zh-hant"
    main = _SAME_LETTERS.get(main, main)
    return main if main in ALPHABETS else None


def _ranked(sample: bytes, clues: _Clues) -> list[tuple[float, str]]:
    """Encodings by how likely the sample is in them, best first; those that read it alike count as one.

    Letters alone are looked at first: where they stand can only make a reading less likely.
    """
    names = dict.fromkeys([*(name for name in clues.claims if _is_known(name)), *_ALL])
    by_bytes = Counter(sample.translate(_ASCII_AS_ONE))
    rough = []
    for place, name in enumerate(names):
        score, language = _by_letters(_counted(sample, by_bytes, name), name, clues)
        most = SYLLABLE * sample.count(b" ") if language == "vi" else 0.0
        rough.append((score - _PLACE * place, most, name, language))
    readings: dict[str, tuple[float, str]] = {}
    best = -math.inf
    for score, most, name, language in sorted(rough, reverse=True):
        if (best - score - most > _CLOSE or len(readings) >= _SHORTLIST) and name not in clues.claims:
            continue
        text = _read(sample, name)
        if text not in readings:
            readings[text] = (score + of_context(text, language), name)
            best = max(best, readings[text][0])
    return sorted(readings.values(), reverse=True)


def _counted(sample: bytes, by_bytes: Mapping[int, int], name: str) -> Mapping[str, int]:
    """How often each letter stands in the sample read by an encoding; one of single bytes need not read it."""
    table = _table(name)
    if table is None:
        return Counter(_read(sample, name))
    counts: dict[str, int] = {}
    for byte, times in by_bytes.items():
        letter = table[byte]
        counts[letter] = counts.get(letter, 0) + times
    return counts


@cache
def _table(name: str) -> str | None:
    """The letter of each byte, in an encoding that has one for each."""
    if name in DECODERS or codecs.lookup(name).name in _MULTIBYTE:
        return None
    return bytes(range(256)).decode(name, "replace")


def _by_letters(counts: Mapping[str, int], name: str, clues: _Clues) -> tuple[float, str]:
    scores = letter_scores(counts, _LANGUAGES.get(name) or ALPHABETS)
    score, language = max((score + clues.languages.get(tag, 0.0), tag) for tag, score in scores.items())
    return score + clues.of_encoding(name), language


def _likelihood(sample: bytes, name: str, clues: _Clues) -> float:
    text = _read(sample, name)
    score, language = _by_letters(Counter(text), name, clues)
    return score + of_context(text, language)


def _proven(sample: bytes) -> str | None:
    """The Vietnamese encoding in which the sample is beyond doubt Vietnamese, if there is one."""
    counts = {name: syllables_in(decode(sample)) for name, decode in DECODERS.items()}
    name = max(counts, key=lambda name: counts[name][0] - 4 * counts[name][1])
    right, wrong = counts[name]
    return name if right >= _SYLLABLES and right >= 12 * wrong else None


def _read_mixed(
    lines: Sequence[bytes], broken: Sequence[bytes], claims: Sequence[str], language: str | None
) -> tuple[str, str, str, bool]:
    """UTF-8 in part: each broken line (or element of one) is UTF-8 with strays, or wholly of an older encoding."""
    usual_language = _alphabet_of(language) or _language_of_utf8(lines)
    pieces = [piece for line in broken for piece in _pieces(line) if not is_utf8(piece) and not is_damaged(piece)]
    sample = _sample(pieces, _SAMPLE)
    clues = _clues(sample, claims, usual_language)
    shortlist = [name for _, name in _ranked(sample.beyond, clues)] if pieces else []
    proven = Counter(name for piece in pieces if (name := _proven(piece[:_SAMPLE])))
    found: set[str] = set()

    def read_piece(piece: bytes) -> str:
        if is_utf8(piece):
            return piece.decode("utf-8")
        if is_damaged(piece):
            return _read_damaged(piece, usual_language)
        name = _proven(piece[:_SAMPLE]) or _likeliest(piece[:_SAMPLE], shortlist, proven, clues)
        found.add(name)
        return _read(piece, name)

    read = "".join(line.decode("utf-8") if is_utf8(line) else "".join(map(read_piece, _pieces(line))) for line in lines)
    if not found:
        return read, "utf-8", "UTF-8 with stray bytes", True
    return read, "+".join(["utf-8", *sorted(found)]), "a mixture, told line by line", True


def _likeliest(piece: bytes, shortlist: Sequence[str], usual: Mapping[str, int], clues: _Clues) -> str:
    """The encoding of a piece; where it says little, the one that was proven for others is likely its own."""
    most = max(usual.values(), default=1)
    names = dict.fromkeys([*usual, *shortlist])
    return max(
        names, key=lambda name: _likelihood(piece, name, clues) + _USUAL * usual.get(name, 0) / most - 0.01 * len(name)
    )


def _language_of_utf8(lines: Sequence[bytes]) -> str | None:
    """The language of what is UTF-8, by whole lines where there are such."""
    beyond = [line for line in lines if not line.isascii()]
    sample = b"".join(line for line in beyond if is_utf8(line))[:_SAMPLE] or b"".join(beyond)[:_SAMPLE]
    return likelihood(sample.decode("utf-8", "ignore"))[1] if sample else None


def _read_damaged(piece: bytes, language: str | None) -> str:
    """UTF-8 with bytes of another encoding here and there: a letter of the language that is written in it, or lost."""
    if language is None or language not in ENCODINGS:
        return without_strays(piece)
    return without_strays(piece, ENCODINGS[language][0], ALPHABETS[language])


def _pieces(line: bytes) -> Sequence[bytes]:
    return _MARKUP.split(line) if b"<" in line else (line,)


def _is_known(name: str) -> bool:
    return name in DECODERS or not name.startswith(("utf", "tcvn"))


def _read(body: bytes, name: str) -> str:
    decoder = DECODERS.get(name)
    return body.decode(name, "replace") if decoder is None else decoder(body)


def _sample(lines: Sequence[bytes], most: int) -> _Sample:
    """The words that say something, up to a bound: what is left of them is enough to tell."""
    kept: list[bytes] = []
    words: Counter[str] = Counter()
    size = 0
    for run in _runs(lines):
        if size >= most:
            break
        before = b""
        for word in run.split():
            if word.isascii():
                words[word.decode("ascii").strip(_STOPS).lower()] += 1
                if kept and kept[-1] is before:
                    kept.append(word[:1])
            else:
                kept += (before[-1:], word[: most - size]) if before.isascii() else (word[: most - size],)
                size += len(kept[-1])
            before = word
        kept.append(b"\n")
    return _Sample(b" ".join(kept), words)


def _runs(lines: Sequence[bytes]) -> Iterator[bytes]:
    """The text of each line or element that holds bytes beyond ASCII, without its tag."""
    for line in lines:
        for piece in _pieces(line):
            if not piece.isascii():
                tag, _, text = piece.partition(b">")
                yield text if piece.startswith(b"<") and tag.isascii() else piece
