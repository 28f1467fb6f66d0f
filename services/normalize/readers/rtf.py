r"""RTF (1.9.1): its paragraphs, lists and tables as copy, and what it says of itself.

A letter is a byte in the code page of its font (`\'d5` in a font of charset 163 is Vietnamese), or `\u7879?` with what
older programs show in its place. A group whose meaning nobody here knows is passed over where it says that this is
harmless (`\*`), and read where it does not.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from services.normalize.document import Property, PropertyField
from services.normalize.readers.opened import MOST_WORDS, Copy, CopyLine, as_copy
from shared.envelope import Raw
from shared.errors import NotAnArticle

_TOKEN = re.compile(r"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|([^\\{}\r\n\0]+)")
_DEEPEST = 500
_CODE_PAGES: Mapping[int, str] = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip
_OF_SIGNS = 2  # the charset of fonts whose letters are signs of their own
_SIGNS: Mapping[str, str] = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "column": "\n", "row": "\n", "nestrow": "\n",
    "softline": "\n", "tab": "\t", "cell": "\t", "nestcell": "\t", "emdash": "—", "endash": "–", "emspace": " ",
    "enspace": " ", "qmspace": " ", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "zwj": "\u200d", "zwnj": "\u200c",
}  # fmt: skip
_ESCAPED: Mapping[str, str] = {"~": "\u00a0", "_": "\u2011", "-": "", "\n": "\n", "\r": "\n", "\t": "\t"}
# Groups that hold no words of the text.
_UNSEEN = frozenset(
    "colortbl stylesheet pict object objdata themedata datastore colorschememapping listtable listoverridetable "
    "rsidtbl revtbl generator xmlnstbl fldinst bkmkstart bkmkend atnid atnauthor atnref atndate atnicn atntime filetbl "
    "latentstyles mmathPr pgptbl docvar userprops passwordhash sp falt panose fname fontemb listname template operator "
    "nonshppict objclass objname xe tc tcn rxe txe shpgrp do wgrffmtfilter ftnsep ftnsepc aftnsep aftnsepc aftncn ftncn"
    "".split()
)
_PRINTED_ON_EACH = frozenset("header headerl headerr headerf footer footerl footerr footerf".split())
_BESIDE = _PRINTED_ON_EACH | {"annotation"}
_BULLETS = frozenset({"listtext", "pntext", "pntxta", "pntxtb"})
_WORDS_AGAIN = frozenset({"shptxt", "result", "fldrslt", "footnote"})  # within a group that is else passed over
_INFO: Mapping[str, PropertyField] = {"title": "headline", "author": "byline", "keywords": "keywords"}
_TIMES: Mapping[str, PropertyField] = {"creatim": "first_created", "revtim": "version_created"}
_CLOCK = ("yr", "mo", "dy", "hr", "min")


class _Group(msgspec.Struct):
    """What counts within a pair of braces; a group inside begins with a copy of it."""

    font: int = -1
    skip: int = 1  # how many characters stand for a letter of Unicode
    is_unseen: bool = False
    is_hidden: bool = False
    into: str = ""  # what its words are for: "" for the text
    may_skip: bool = False  # `\*` was met
    clock: dict[str, int] | None = None


def open_text(raw: Raw) -> Copy:
    """The document as copy; raises `NotAnArticle` for one that holds no words, or is nested too deep."""
    if not raw.body.lstrip()[:5] == b"{\\rtf":
        raise NotAnArticle("This is no RTF: it does not begin as one.")
    reading = _Reading()
    reading.read(raw.body.decode("latin-1"))
    lines = list(reading.lines())
    if not any(line.text.strip() for line in lines if line.shape == "line"):
        raise NotAnArticle("The RTF holds no words.")
    return as_copy(raw, lines, tuple(reading.properties()))


class _Reading:
    """Goes through the document once, token by token."""

    def __init__(self) -> None:
        self._group = _Group()
        self._above: list[_Group] = []
        self._page = "cp1252"
        self._fonts: dict[int, str | None] = {}
        self._texts: dict[str, list[str]] = {"": []}
        self._bytes = bytearray()
        self._half = 0  # the first half of a letter beyond 16 bits
        self._passing = 0  # characters still to be passed over behind `\u`
        self._size = 0
        self._told: list[Property] = []
        self._at = 0

    def read(self, text: str) -> None:
        """Take all tokens in."""
        while (found := _TOKEN.search(text, self._at)) is not None:
            self._at = found.end()
            word, number, byte, sign, brace, plain = found.groups()
            if byte is not None:
                self._take_byte(bytes([int(byte, 16)]))
            elif plain is not None:
                self._take_plain(plain)
            elif word is not None:
                self._word(word, int(number) if number else None)
            elif brace is not None:
                self._brace(brace)
            else:
                self._sign(sign)
        self._flush()

    def lines(self) -> Iterator[CopyLine]:
        """The text, its notes, then what is printed on each page or was written beside the text."""
        for number, line in enumerate("".join(self._texts[""] + self._texts.get("footnote", [])).split("\n")):
            words = line.strip("\t ")
            is_item = words.startswith("• ")
            is_row = "\t" in words and not is_item
            yield CopyLine(text=words, gap=0 if is_item or is_row else 1, path=f"paragraph {number + 1}")
        for name in _BESIDE:
            for line in dict.fromkeys("".join(self._texts.get(name, [])).split("\n")):
                yield CopyLine(text=line, shape="debris", path=name)

    def properties(self) -> Iterator[Property]:
        """What the document says of itself."""
        for name, field in _INFO.items():
            text = "".join(self._texts.get(name, [])).strip()
            if text:
                yield Property(field=field, value=text, place=f"\\info\\{name}")
        yield from self._told

    def _brace(self, brace: str) -> None:
        self._flush()
        self._passing = 0
        if brace == "{":
            if len(self._above) >= _DEEPEST:
                raise NotAnArticle(f"The RTF is nested deeper than {_DEEPEST} groups.")
            self._above.append(self._group)
            self._group = msgspec.structs.replace(self._group, may_skip=False)
            return
        if self._group.into in _BULLETS and self._above and self._above[-1].into not in _BULLETS:
            self._close_bullet()
        if self._group.clock is not None and self._above and self._above[-1].clock is not self._group.clock:
            self._close_clock(self._group)
        if self._above:
            self._group = self._above.pop()

    def _close_bullet(self) -> None:
        """What stands before an item: a number is kept as it is printed, any sign is a bullet."""
        name, above = self._group.into, self._above[-1]
        text = "".join(self._texts.pop(name, [])).strip()
        sign = text if any(letter.isalnum() for letter in text) else "•"
        if not above.is_unseen:
            self._texts.setdefault(above.into, []).append(f"{sign} ")

    def _close_clock(self, group: _Group) -> None:
        clock = group.clock or {}
        year, month, day, hour, minute = (clock.get(part, 0) for part in _CLOCK)
        if year and month and day:
            told = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00"
            self._told.append(Property(field=_TIMES[group.into], value=told, place=f"\\info\\{group.into}"))

    def _word(self, word: str, number: int | None) -> None:
        if word == "u" and number is not None:
            self._letter(number % 0x10000)
            return
        if word == "bin":
            self._at += max(number or 0, 0)  # bytes of any value: a brace among them closes nothing
            return
        if self._passing:  # one that stands for a letter
            self._passing -= word in _SIGNS
            if word in _SIGNS:
                return
        self._flush()
        self._obey(word, number)

    def _obey(self, word: str, number: int | None) -> None:
        if word in _SIGNS:
            self._put(_SIGNS[word])
        elif word in _STATES:
            _STATES[word](self._group, 1 if number is None else number)
        elif self._group.clock is not None and word in _CLOCK:
            self._group.clock[word] = number or 0
        elif word in ("ansicpg", "mac", "pc", "pca", "fcharset"):
            self._code_page(word, number or 0)
        else:
            self._destination(word)

    def _code_page(self, word: str, number: int) -> None:
        if word == "fcharset":
            if self._group.into == "fonttbl":
                page = _CODE_PAGES.get(number)
                self._fonts[self._group.font] = None if number == _OF_SIGNS else page or ""
            return
        name = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}.get(word) or (
            "utf-8" if number == 65001 else f"cp{number}"
        )
        try:
            self._page = codecs.lookup(name).name
        except LookupError:  # one that Python does not know: the letters are told by what they look like
            self._page = "cp1252"

    def _destination(self, word: str) -> None:
        group = self._group
        if word in _WORDS_AGAIN:
            group.is_unseen = False
            group.into = "footnote" if word == "footnote" else group.into
        elif word in _UNSEEN:
            group.is_unseen = True
        elif word == "fonttbl" or word in _BESIDE or word in _BULLETS or (word in _INFO and group.into == "info"):
            group.into = word
        elif word == "info":
            group.into = "info"
        elif word in _TIMES and group.into == "info":
            group.into, group.clock = word, {}
        elif group.may_skip:
            group.is_unseen = True
        group.may_skip = False

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._group.may_skip = True
        elif sign in "\\{}":
            self._take_plain(sign)
        elif sign in _ESCAPED:
            self._flush()
            self._put(_ESCAPED[sign])

    def _letter(self, code: int) -> None:
        self._flush()
        self._passing = self._group.skip
        if 0xD800 <= code < 0xDC00:
            self._half = code
        elif 0xDC00 <= code < 0xE000:
            self._put(chr(0x10000 + ((self._half - 0xD800) << 10) + code - 0xDC00) if self._half else "\ufffd")
            self._half = 0
        elif 0xF000 <= code <= 0xF0FF:  # a sign of a font of signs
            self._put("•" if code == 0xF0B7 else "")
        else:
            self._put(chr(code))

    def _take_byte(self, byte: bytes) -> None:
        if self._passing:
            self._passing -= 1
        else:
            self._bytes += byte

    def _take_plain(self, plain: str) -> None:
        passed = min(self._passing, len(plain))
        self._passing -= passed
        self._bytes += plain[passed:].encode("latin-1")

    def _flush(self) -> None:
        """Decode the bytes at hand together: in some code pages a letter has two of them."""
        if not self._bytes:
            return
        held, self._bytes = bytes(self._bytes), bytearray()
        page = self._fonts.get(self._group.font, "")
        if page is None:
            held = bytes(byte for byte in held if byte < 0x80 or byte == 0xB7)
        self._put(held.decode(page or self._page, "replace"))

    def _put(self, text: str) -> None:
        group = self._group
        if not text or group.is_unseen or group.is_hidden or group.into in ("fonttbl", "info", *_TIMES):
            return
        self._size += len(text)
        if self._size > MOST_WORDS:
            raise NotAnArticle(f"The RTF has more than {MOST_WORDS} characters, and is not read as one article.")
        self._texts.setdefault(group.into, []).append(text)


def _set_font(group: _Group, number: int) -> None:
    group.font = number


def _set_skip(group: _Group, number: int) -> None:
    group.skip = max(number, 0)


def _hide(group: _Group, number: int) -> None:
    group.is_hidden = bool(number)


def _plain(group: _Group, _: int) -> None:
    group.is_hidden = False


_STATES: Mapping[str, Callable[[_Group, int], None]] = {
    "f": _set_font, "uc": _set_skip, "v": _hide, "deleted": _hide, "plain": _plain,
}  # fmt: skip
