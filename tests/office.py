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
