"""Documents of word processors made for the tests, part by part as these programs write them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CORE = 'xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"'
STYLES = f'<w:styles {W}><w:style w:styleId="Ch"><w:name w:val="caption"/></w:style></w:styles>'


def a_paragraph(text: str, style: str = "", *, item: bool = False) -> str:
    """One paragraph of two runs, as Word splits them."""
    told = (f'<w:pStyle w:val="{style}"/>' if style else "") + ("<w:numPr/>" if item else "")
    half = len(text) // 2
    runs = "".join(
        f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r>' for part in (text[:half], text[half:]) if part
    )
    return f"<w:p><w:pPr>{told}</w:pPr>{runs}</w:p>"


def a_table(rows: Sequence[Sequence[str]]) -> str:
    cells = ["".join(f"<w:tc>{a_paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def a_drawing(name: str) -> str:
    return f'<w:p><w:r><w:drawing><a:blip r:embed="{name}"/></w:drawing></w:r></w:p>'


def a_docx(
    *blocks: str, core: str = "", parts: Mapping[str, str] = {}, media: Mapping[str, bytes] = {}, styles: str = STYLES
) -> bytes:
    """A DOCX of these blocks; `media` are its pictures, which `rId<number>` refers to in their order."""
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{REL}/image" Target="media/{name}"/>'
        for number, name in enumerate(media, start=1)
    )
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships><Relationship Id="a" Type="{REL}/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/document.xml": f"<w:document {W} {R} {A} {MC}><w:body>{''.join(blocks)}</w:body></w:document>",
        "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
        "word/styles.xml": styles,
        "docProps/core.xml": f"<cp:coreProperties {CORE}>{core}</cp:coreProperties>",
        **parts,
        **{f"word/media/{name}": content for name, content in media.items()},
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return written.getvalue()


SYSTEM = "/Registry (Adobe) /Ordering (Identity) /Supplement 0"


class Pdf:
    """A PDF of one embedded font whose letters are numbers, as programs write them, with the table that tells them."""

    def __init__(self, *, size: float = 10, told: bool = True, title: str = "") -> None:
        self._size, self._told, self._title = size, told, title
        self._pages: list[str] = []
        self._letters: dict[str, int] = {}

    def page(self, *lines: tuple[float, float, str] | tuple[float, float, str, float]) -> "Pdf":
        """Lines with their places in points from the lower left, and their size where it is another."""
        drawn = []
        for x, y, text, *size in lines:
            codes = "".join(f"{self._letters.setdefault(letter, len(self._letters) + 1):04x}" for letter in text)
            drawn.append(f"BT /F1 {size[0] if size else self._size} Tf {x} {y} Td <{codes}> Tj ET")
        self._pages.append("\n".join(drawn))
        return self

    def column(self, x: float, top: float, lines: Sequence[str], leading: float = 12) -> list[tuple[float, float, str]]:
        """Lines below each other."""
        return [(x, top - number * leading, line) for number, line in enumerate(lines)]

    def bytes(self) -> bytes:
        """The whole document."""
        table = "\n".join(
            f"<{code:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, code in self._letters.items()
        )
        cmap = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def 1 begincodespacerange "
            f"<0000> <ffff> endcodespacerange {len(self._letters)} beginbfchar {table} endbfchar endcmap end end"
        )
        unicode = "/ToUnicode 5 0 R" if self._told else ""
        first = 7
        kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(self._pages)))
        objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>",
            f"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [4 0 R] {unicode} >>",
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 500 /CIDSystemInfo << {SYSTEM} >> >>",
            _stream(cmap),
            f"<< /Title <feff{self._title.encode('utf-16-be').hex()}> >>",
        ]
        for number, page in enumerate(self._pages):
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * number + 1} 0 R "
                "/Resources << /Font << /F1 3 0 R >> >> >>"
            )
            objects.append(_stream(page))
        written, places = "%PDF-1.7\n", []
        for number, item in enumerate(objects, start=1):
            places.append(len(written))
            written += f"{number} 0 obj\n{item}\nendobj\n"
        start = len(written)
        rows = "".join(f"{place:010} 00000 n \n" for place in places)
        written += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{rows}"
        written += f"trailer << /Size {len(places) + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{start}\n%%EOF\n"
        return written.encode("latin-1")


def _stream(content: str) -> str:
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def rtf_of(text: str) -> str:
    r"""Text as RTF writes it: `\u7879?` for each letter that is none of ASCII."""
    plain = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
    units = [int.from_bytes(pair, "little", signed=True) for pair in _pairs(plain.encode("utf-16-le"))]
    return "".join(chr(unit) if 0 <= unit < 128 else f"\\u{unit}?" for unit in units)


def _pairs(body: bytes) -> list[bytes]:
    return [body[at : at + 2] for at in range(0, len(body), 2)]


def a_rtf(*paragraphs: str, head: str = "") -> bytes:
    """An RTF of these paragraphs, given as RTF already."""
    fonts = r"{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset163 Times;}{\f2\fcharset204 Times;}{\f3\fcharset128 Mincho;}"
    fonts += r"{\f9\fcharset2 Symbol;}}"
    body = "\\par\r\n".join(paragraphs)
    return (r"{\rtf1\ansi\ansicpg1252\uc1" + fonts + head + "\\pard " + body + "\\par}").encode("latin-1")
