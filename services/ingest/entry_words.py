"""The words of an entry without what changes by itself: pixels, what follows the "?" of links, counters of readers.

Two texts of one entry with the same words are the same article; whoever only counts its readers has not edited it.
"""

import html
import re
from collections.abc import Iterator

import msgspec

from services.ingest.entry_identity import hash_words
from services.ingest.formats.unread import COMMENT
from shared.envelope import FeedEntry
from shared.identity import canonical_url

_MARKUP = re.compile(
    r"<(script|style)\b[^<>]{0,2000}>(?:[^<]++|<(?!/(?:script|style)))*+|"
    + COMMENT
    + r"|<(/?)([A-Za-z][\w:.-]*+)([^<>]*+)>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""\b(href|src|width|height)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_WITHIN_LINES = frozenset(
    "a abbr b bdi bdo cite code data dfn em font i kbd mark q s small span strong sub sup u".split()
)
_ADDRESSED = frozenset("a img iframe video audio source embed".split())
_PIXEL = frozenset(("0", "1", "2", "0px", "1px", "2px"))
_PARTS = re.compile(r"\d[\d.,\u00a0]*|[^\W\d_]+")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0 ]\d{3})*")
# What is measured and not counted: amounts, shares, clocks, scores, signs.
_MEASURED = re.compile(r"[%°$€£¥₫₩₽₹+/]|\d\s*[-:]\s*\d|(?<!\w)[-\u2212]\s*\d|\d[.,]\d{1,2}(?!\d)")
_LONGEST_COUNTER = 6  # words
_PIECE = 100_000  # characters of a line that are taken apart at once
# What software prints beside the number of readers, remarks and recommendations.
_COUNTED = frozenset(
    """
    view views viewed read reads comment comments reply replies response responses share shares shared like likes
    point points vote votes download downloads hit hits reaction reactions
    xem đọc luận thích sẻ
    vues vue commentaire commentaires lectures partages
    aufrufe aufruf kommentare kommentar gelesen geteilt
    visitas visita vistas comentario comentarios lecturas compartido
    visualizzazioni commenti commento letture condivisioni visualizações comentário comentários leituras
    reacties reactie weergaven keer
    просмотров просмотра просмотр просмотры комментариев комментария комментарий комментарии
    wyświetleń komentarzy komentarze komentarz görüntülenme okunma yorum dibaca dilihat komentar
    阅读 浏览 评论 次阅读 次浏览 条评论 人阅读 阅读量 閲覧 件のコメント コメント 조회 조회수 댓글
    """.split()
)
_BESIDE = frozenset(
    """
    no total number of this post article times time lượt bình chia số bài viết fois lu mal veces vez volte kali raz
    次 件 回
    """.split()
)


class EntryWords(msgspec.Struct, frozen=True, kw_only=True):
    """Hashes of an entry's words: as they are but for known counters, and with no number of a short line."""

    words: bytes
    calm: bytes


def words_of(entry: FeedEntry) -> EntryWords:
    """What an entry says to its readers: its texts, and where its links and pictures lead."""
    said = [
        entry.title, *entry.authors, *entry.tags, entry.language,
        *(part for address, *texts in entry.pictures for part in (_address(address), *texts)),
        *(str(embargo) for embargo in entry.embargoes),
    ]  # fmt: skip
    lines = [
        line
        for text, is_html in ((entry.summary, entry.summary_is_html), (entry.content, entry.content_is_html))
        for line in _lines(text or "", is_html=is_html or "</" in (text or ""))
    ]
    kept = [line for line in lines if not is_counter(line)]
    words, calm = hash_words(*said, *kept), list(map(_without_count, kept))
    return EntryWords(words=words, calm=words if calm == kept else hash_words(*said, *calm))


def is_counter(line: str) -> bool:
    """Is a line what software prints of its readers: "1,234 views", "Lượt xem: 12", "(3) comments"?"""
    if not _may_count(line):
        return False
    words = [part for part in _PARTS.findall(line.casefold()) if not part[0].isdigit()]
    return any(word in _COUNTED for word in words) and all(word in _COUNTED or word in _BESIDE for word in words)


def _without_count(line: str) -> str:
    """A line that may count something, without its number."""
    return _NUMBER.sub("#", line) if _may_count(line) else line


def _may_count(line: str) -> bool:
    return (
        len(line) <= 80
        and any(map(str.isdigit, line))
        and len(_PARTS.findall(line)) <= _LONGEST_COUNTER
        and _MEASURED.search(line) is None
    )


def _lines(text: str, *, is_html: bool) -> Iterator[str]:
    """The lines a reader sees, white space made even, and behind them the addresses of what they show."""
    addresses: list[str] = []
    if is_html:
        text = html.unescape(_MARKUP.sub(lambda tag: _put_for(tag, addresses), text))
    for line in text.split("\n"):
        words = _with_even_space(line)
        if words:
            yield words
    yield from addresses


def _with_even_space(line: str) -> str:
    """A line with one space between its words; of a long one not all words stand in memory one by one."""
    if "  " not in line and line.isprintable():  # of white space only the plain space is
        return line.strip()
    if len(line) <= _PIECE:
        return " ".join(line.split())
    pieces = (line[at : at + _PIECE] for at in range(0, len(line), _PIECE))
    even = "".join(
        f"{' ' * piece[0].isspace()}{' '.join(piece.split())}{' ' * piece[-1].isspace()}" for piece in pieces
    ).strip()
    while "  " in even:  # where two pieces meet
        even = even.replace("  ", " ")
    return even


def _put_for(tag: re.Match[str], addresses: list[str]) -> str:
    name = (tag[3] or "").lower()
    if not name:
        return ""
    if name in _ADDRESSED and not tag[2]:
        said = {key.lower(): double or single or bare for key, double, single, bare in _ATTRIBUTE.findall(tag[4])}
        if said.get("width") not in _PIXEL and said.get("height") not in _PIXEL:
            addresses += [_address(html.unescape(said[key])) or "" for key in ("href", "src") if said.get(key)]
    return "" if name in _WITHIN_LINES else "\n"


def _address(link: str) -> str | None:
    """Where a link leads, whoever follows it."""
    bare = link.partition("#")[0].partition("?")[0]
    return canonical_url(bare) or bare
