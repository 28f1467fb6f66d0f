"""DOCX (ECMA-376, WordprocessingML): paragraphs, lists, tables, notes and pictures as copy, and the core properties.

Text that was deleted with changes tracked is not there; what is printed on each page, and what editors wrote beside the
text, is told as removed. A text box stands twice, for programs of two ages: its first form counts.
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from posixpath import normpath

from services.normalize.document import Property, PropertyField, Shape
from services.normalize.html.tree import Element
from services.normalize.readers.opened import MOST_WORDS, Copy, CopyLine, as_copy
from services.normalize.readers.xml_document import parse_xml
from shared.envelope import Raw
from shared.errors import NotAnArticle

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "http://purl.oclc.org/ooxml/"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError, KeyError)
# Of all parts that are read, together: a thousand heads of pages may be packed into a megabyte.
_LARGEST = 32 * 1024 * 1024
_MOST_PARTS = 2000
_BREAKS: Mapping[str, str] = {
    "tab": "\t", "ptab": "\t", "noBreakHyphen": "\u2011", "softHyphen": "", "br": "\n", "cr": "\n",
}  # fmt: skip
# What holds words that are not printed: deletions, codes of fields, the second form of a drawing.
_UNSEEN = frozenset({"del", "moveFrom", "instrText", "delText", "delInstrText", "Fallback", "pPr", "rPr", "sdtPr"})
_BESIDE = ("header", "footer", "comments")  # printed on each page, and written beside the text
_PROPERTIES: Mapping[str, PropertyField] = {
    "title": "headline", "creator": "byline", "created": "first_created", "modified": "version_created",
    "keywords": "keywords", "language": "language",
}  # fmt: skip
_CAPTIONS = ("caption", "chú thích", "chuthich", "bildunterschrift", "légende", "didascalia")


def open_text(raw: Raw) -> Copy:
    """The document as copy; raises `NotAnArticle` for one that is damaged, or holds no words."""
    package = _Package(raw.body)
    lines = list(_Body(package).lines())
    if not any(line.text.strip() for line in lines):
        raise NotAnArticle("The DOCX holds no words.")
    if sum(len(line.text) for line in lines) > MOST_WORDS:
        raise NotAnArticle(f"The DOCX has more than {MOST_WORDS} characters, and is not read as one article.")
    return as_copy(raw, lines, tuple(_properties(package)))


class _Package:
    """The parts of a DOCX, each read within bounds."""

    def __init__(self, body: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(body))
            self.names = self._zip.namelist()
        except _BROKEN as error:
            raise NotAnArticle(f"The DOCX cannot be opened: {error}.") from error
        self._room = _LARGEST
        if len(self.names) > _MOST_PARTS:
            raise NotAnArticle(f"The DOCX has more than {_MOST_PARTS} parts, and is not opened.")

    def part(self, name: str) -> Element | None:
        """A part as a tree; None where it is not there. Raises `NotAnArticle` for one that is damaged or too large."""
        if name not in self.names:
            return None
        try:
            with self._zip.open(name) as file:
                body = file.read(self._room + 1)
        except _BROKEN as error:
            raise NotAnArticle(f"{name} of the DOCX cannot be unpacked: {error}.") from error
        self._room -= len(body)
        if self._room < 0:
            raise NotAnArticle(f"The DOCX opens to more than {_LARGEST} bytes of text, and is not read.")
        wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = body.decode("utf-16" if wide else "utf-8-sig", "replace")
        if _STRICT in text:  # the same words under other names
            text = text.replace(f"{_STRICT}wordprocessingml/main", _W[1:-1])
            text = text.replace(f"{_STRICT}officeDocument/relationships", _R[1:-1])
        return parse_xml(text)

    def main(self) -> str:
        """The part that holds the text."""
        rels = self.part("_rels/.rels")
        for relation in () if rels is None else rels:
            if str(relation.get("Type", "")).endswith("/officeDocument"):
                return str(relation.get("Target", "")).lstrip("/")
        return "word/document.xml"

    def targets(self, name: str) -> dict[str, str]:
        """What a part refers to, by the names it uses for it."""
        folder, _, last = name.rpartition("/")
        rels = self.part(f"{folder}/_rels/{last}.rels" if folder else f"_rels/{last}.rels")
        return {
            str(relation.get("Id")): normpath(f"{folder}/{relation.get('Target')}")
            for relation in (() if rels is None else rels)
            if relation.get("TargetMode") != "External" and relation.get("Target")
        }


class _Body:
    """Goes through the text once, in the order in which it is read."""

    def __init__(self, package: _Package) -> None:
        self._package = package
        self._main = package.main()
        self._targets = package.targets(self._main)
        self._captions = set(_caption_styles(package.part("word/styles.xml")))
        self._numbers = 0

    def lines(self) -> Iterator[CopyLine]:
        root = self._package.part(self._main)
        if root is None:
            raise NotAnArticle("The DOCX has no text: it lacks its main document.")
        yield from self._blocks(root, self._main)
        for name in ("word/footnotes.xml", "word/endnotes.xml"):
            notes = self._package.part(name)
            if notes is not None:
                yield from self._blocks(notes, name)
        yield from self._beside()

    def _beside(self) -> Iterator[CopyLine]:
        """What is printed on each page, and the comments, each once."""
        told: set[str] = set()
        for name in self._package.names:
            if any(name.startswith(f"word/{kind}") and name.endswith(".xml") for kind in _BESIDE):
                root = self._package.part(name)
                for line in () if root is None else self._blocks(root, name):
                    if line.text.strip() and line.text not in told:
                        told.add(line.text)
                        yield CopyLine(text=line.text, shape="debris", path=name)

    def _blocks(self, element: Element, part: str) -> Iterator[CopyLine]:
        for child in element:
            name = _name(child)
            if name == "p":
                yield from self._paragraph(child, part)
            elif name == "tbl":
                yield from self._table(child, part)
            elif name not in _UNSEEN:
                yield from self._blocks(child, part)

    def _paragraph(self, paragraph: Element, part: str) -> Iterator[CopyLine]:
        self._numbers += 1
        path = f"{part}/p[{self._numbers}]"
        words: list[str] = []
        inner: list[CopyLine] = []
        self._gather(paragraph, words, inner, part)
        is_item = paragraph.find(f"{_W}pPr/{_W}numPr") is not None
        shape: Shape = "caption" if self._style(paragraph) in self._captions else "line"
        texts = [text for text in "".join(words).split("\n") if text.strip()]
        for number, text in enumerate(texts):
            item = f"• {text.strip()}" if is_item and number == 0 else text
            yield CopyLine(text=item, shape=shape, gap=0 if is_item or number else 1, path=path)
        yield from inner

    def _gather(self, element: Element, words: list[str], inner: list[CopyLine], part: str) -> None:
        """The words of a paragraph; pictures and boxes in it come behind it."""
        for child in element:
            name = _name(child)
            if name in _UNSEEN:
                continue
            if name == "t":
                words.append(str(child.text or ""))
            elif name in _BREAKS:
                words.append(_BREAKS[name])
            elif name == "sym":
                words.append(_symbol(child))
            elif name in ("txbxContent", "textbox"):
                inner += self._blocks(child, part)
            elif name in ("blip", "imagedata"):
                inner += self._picture(child, part)
            else:
                self._gather(child, words, inner, part)

    def _picture(self, blip: Element, part: str) -> Iterator[CopyLine]:
        target = self._targets.get(str(blip.get(f"{_R}embed") or blip.get(f"{_R}id") or ""))
        if target is not None:
            yield CopyLine(shape="picture", href=target, path=f"{part}/p[{self._numbers}]")

    def _table(self, table: Element, part: str) -> Iterator[CopyLine]:
        """A row is a line of its cells; a table of one cell only frames what is in it."""
        rows = [row for row in table.iter(f"{_W}tr") if _holder(row) is table]
        cells = [[cell for cell in row.iter(f"{_W}tc") if _holder(cell, "tr") is row] for row in rows]
        if sum(map(len, cells)) <= 1 or any(True for row in cells for cell in row for _ in cell.iter(f"{_W}tbl")):
            for row in cells:
                for cell in row:
                    yield from self._blocks(cell, part)
            return
        for number, row in enumerate(cells):
            lines = [list(self._blocks(cell, part)) for cell in row]
            texts = [" ".join(line.text.strip() for line in cell if line.text.strip()) for cell in lines]
            yield CopyLine(text="\t".join(texts).strip("\t"), gap=0 if number else 1, path=part)
            yield from (line for cell in lines for line in cell if line.shape == "picture")

    def _style(self, paragraph: Element) -> str:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        return "" if style is None else str(style.get(f"{_W}val") or "")


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _holder(element: Element, name: str = "tbl") -> Element | None:
    return next((above for above in element.iterancestors() if _name(above) == name), None)


def _symbol(element: Element) -> str:
    """A letter of a font of signs, by its number; those have no letters of their own in Unicode."""
    try:
        code = int(str(element.get(f"{_W}char") or ""), 16)
    except ValueError:
        return ""
    return "" if 0xE000 <= code <= 0xF8FF or code < 32 or code > 0xFFFF else chr(code)


def _caption_styles(styles: Element | None) -> Iterator[str]:
    """The styles that are called captions, in the languages of word processors, or are based on one that is."""
    for style in () if styles is None else styles.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        called = "" if name is None else str(name.get(f"{_W}val") or "")
        if called.lower().startswith(_CAPTIONS):
            yield str(style.get(f"{_W}styleId") or "")


def _properties(package: _Package) -> Iterator[Property]:
    """What the document says of itself: programs and templates fill it in as well as people do."""
    core = package.part("docProps/core.xml")
    for element in () if core is None else core:
        field, text = _PROPERTIES.get(_name(element)), str(element.text or "").strip()
        if field is not None and text:
            yield Property(field=field, value=text, place=f"docProps/core.xml/{_name(element)}")
