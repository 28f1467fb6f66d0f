"""The labelled Vietnamese documents set anew as other newsrooms set theirs, so that no layout is learnt by heart.

The corpus has the layouts it has; these are others, from the markup and habits of sites and desks as they are known:
the truth of a document is written out anew, and the scorer that came with the corpus judges what is read from it.
"""

import datetime as dt
import json
import textwrap
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

Truth = dict[str, Any]
Layout = Callable[[Truth], str]
MOST = 120
_WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")


def write(corpus: Path, folder: Path) -> dict[str, Path]:
    """Write the documents of a corpus in every layout; the truth file of each, by the layout's name."""
    lines = (corpus / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truths = [truth for line in lines if not _is_relative(truth := json.loads(line))][:MOST]
    return {name: _write(truths, folder / name, layout) for name, layout in LAYOUTS.items()}


def _is_relative(truth: Truth) -> bool:
    return str(truth["variant"].get("precision", "")).startswith("rel")


def _write(truths: list[Truth], folder: Path, layout: Layout) -> Path:
    (folder / "docs").mkdir(parents=True)
    told = []
    for truth in truths:
        text = layout(truth)
        page = text.startswith("<")
        file = f"docs/{truth['id']}.{'html' if page else 'txt'}"
        (folder / file).write_text(text, encoding="utf-8")
        kind = "text/html" if page else "text/plain"
        told.append({**truth, "file": file, "media_type": kind, "boilerplate": _BOILERPLATE if page else []})
    path = folder / "truth.jsonl"
    path.write_text("".join(json.dumps(truth, ensure_ascii=False) + "\n" for truth in told), encoding="utf-8")
    return path


_BOILERPLATE = ["Tin liên quan", "Giá xăng tăng lần thứ ba trong tháng", "Trang chủ", "Chia sẻ"]
_NAV = '<nav><a href="/">Trang chủ</a></nav>'
_RELATED = f'<div class="box-tinlienquan"><h3>{_BOILERPLATE[0]}</h3><a href="/x">{_BOILERPLATE[1]}</a></div>'


def _moment(truth: Truth) -> tuple[dt.datetime, bool] | None:
    printed = truth["published"]
    return (dt.datetime.fromisoformat(printed), len(printed) > 10) if printed else None


def _date(truth: Truth, day: str = "%d/%m/%Y", clock: str = " %H:%M") -> str:
    """The date line, without its time where the truth has none; nothing where it has no date."""
    moment = _moment(truth)
    return moment[0].strftime(day + (clock if moment[1] else "")) if moment else ""


def _byline(truth: Truth) -> str:
    """Everybody by name, with a label where somebody did more than write; the sources behind the last."""
    authors = truth["authors"]
    both = [author["name"] for author in authors if {"text", "photo"} <= set(author["roles"])]
    if both and len(both) == len(authors):
        return "Bài, ảnh: " + " - ".join(both)
    labels = {"photo": "Ảnh: ", "video": "Video: ", "translation": "Dịch: "}
    named = [labels.get(author["roles"][0], "") + author["name"] for author in authors]
    sources = ", ".join(truth["sources"])
    if not named:
        return f"Theo {sources}" if sources else ""
    return " - ".join(named) + (f" (Theo {sources})" if sources else "")


def _lead(truth: Truth) -> str:
    return (f"{truth['dateline']} - " if truth["dateline"] else "") + (truth["lead"] or "")


def _caption(block: Truth, credit: str = " Ảnh: {}") -> str:
    return str(block["text"]) + (credit.format(block["credit"]) if block.get("credit") else "")


def _blocks(truth: Truth, paragraph: str, subhead: str, caption: str, credit: str) -> str:
    forms = {"paragraph": paragraph, "subhead": subhead, "caption": caption}
    return "".join(
        forms[block["type"]].format(escape(_caption(block, credit) if block["type"] == "caption" else block["text"]))
        for block in truth["blocks"]
    )


def _daily(truth: Truth) -> str:
    """A large daily: the place in a span whose dash a style sheet draws, subheads in bold, a signature to the right."""
    moment = _moment(truth)
    date = _date(truth, f"{_WEEKDAYS[moment[0].weekday()]}, %d/%m/%Y", ", %H:%M (GMT+7)") if moment else ""
    place = f'<span class="location-stamp">{escape(truth["dateline"])}</span>' if truth["dateline"] else ""
    body = _blocks(
        truth,
        '<p class="Normal">{}</p>',
        '<p class="Normal"><strong>{}</strong></p>',
        '<figure class="tplCaption"><img src="a.jpg"><figcaption><p class="Image">{}</p></figcaption></figure>',
        " Ảnh: {}",
    )
    return (
        f'<html lang="vi"><head><title>{escape(truth["headline"])} - Tin Nhanh</title></head><body>{_NAV}'
        f'<section class="top-detail"><span class="date">{date}</span><h1 class="title-detail">'
        f'{escape(truth["headline"])}</h1><p class="description">{place}{escape(truth["lead"] or "")}</p>'
        f'<article class="fck_detail">{body}<p style="text-align:right"><strong>{escape(_byline(truth))}</strong></p>'
        f"</article>{_RELATED}</section></body></html>"
    )


def _blog(truth: Truth) -> str:
    """A blog system's theme: its own class names, captions under pictures of their own width."""
    body = _blocks(
        truth,
        "<p>{}</p>",
        "<p><strong>{}</strong></p>",
        '<div class="wp-caption" style="width: 610px"><img src="a.jpg"><p class="wp-caption-text">{}</p></div>',
        " – Ảnh: {}",
    )
    return (
        f'<html lang="en"><head><title>{escape(truth["headline"])} – Trang tin</title></head><body>{_NAV}'
        f'<h1 class="entry-title">{escape(truth["headline"])}</h1><time class="entry-date">{_date(truth)}</time>'
        f'<div class="entry-content"><p><strong>{escape(_lead(truth))}</strong></p>{body}'
        f'<p style="text-align: right;"><em>{escape(_byline(truth))}</em></p>'
        f'<div class="sharedaddy"><h3>Chia sẻ</h3></div></div>{_RELATED}</body></html>'
    )


def _tables(truth: Truth) -> str:
    """An old provincial site: tables for layout, no language declared, captions in a cell under the picture."""
    body = _blocks(
        truth,
        '<p class="MsoNormal"><span>{}</span></p>',
        '<p class="MsoNormal"><b>{}</b></p>',
        '<table><tr><td><img src="a.jpg"></td></tr><tr><td class="image_desc">{}</td></tr></table>',
        ". Ảnh: {}",
    )
    moment = _moment(truth)
    clock = f"{moment[0]:%H:%M} | " if moment and moment[1] else ""
    line = f"Cập nhật: {clock}{moment[0]:%d/%m/%Y}" if moment else ""
    return (
        f"<html><head><title>{escape(truth['headline'])}</title></head><body>{_NAV}<table><tr><td>"
        f'<div class="title">{escape(truth["headline"])}</div><div class="date">{line}</div>'
        f'<div class="sapo"><b>{escape(_lead(truth))}</b></div><div class="noidung">{body}'
        f'<p class="pAuthor">{escape(_byline(truth))}</p></div>{_RELATED}</td></tr></table></body></html>'
    )


def _parts(truth: Truth, *, date_last: bool = False) -> list[str]:
    blocks = [_caption(block) if block["type"] == "caption" else block["text"] for block in truth["blocks"]]
    around = [truth["headline"], _date(truth)] if not date_last else [truth["headline"]]
    end = [_byline(truth), _date(truth)] if date_last else [_byline(truth)]
    return [part for part in (*around, _lead(truth), *blocks, *end) if part]


def _wrapped(truth: Truth) -> str:
    """As mail and old terminals break lines."""
    return "\n\n".join(textwrap.fill(part, 72) for part in _parts(truth)) + "\n"


def _dated_last(truth: Truth) -> str:
    """The date under the byline, at the end."""
    return "\n\n".join(_parts(truth, date_last=True)) + "\n"


def _windows(truth: Truth) -> str:
    """Paragraphs set in by a tab, under each other, with the line ends of Windows."""
    headline, *rest = _parts(truth)
    return "\r\n".join([headline, *(f"\t{part}" for part in rest)]) + "\r\n"


def _markdown(truth: Truth) -> str:
    """Markdown, as editors of static sites write it."""
    marks = {"subhead": "## {}", "caption": "*{}*", "paragraph": "{}"}
    blocks = [
        marks[block["type"]].format(_caption(block) if block["type"] == "caption" else block["text"])
        for block in truth["blocks"]
    ]
    date = [f"*{_date(truth)}*"] if _date(truth) else []
    byline = [f"**{_byline(truth)}**"] if _byline(truth) else []
    return "\n\n".join([f"# {truth['headline']}", *date, f"**{_lead(truth)}**", *blocks, *byline]) + "\n"


def _labelled(truth: Truth) -> str:
    """Copy sent by mail with a label before each part."""
    labels = {"Tiêu đề": truth["headline"], "Ngày": _date(truth), "Sapo": _lead(truth)}
    head = [f"{label}: {words}" for label, words in labels.items() if words]
    blocks = [_caption(block) if block["type"] == "caption" else block["text"] for block in truth["blocks"]]
    return "\n".join([*head, "", "Nội dung:", *blocks, _byline(truth)]) + "\n"


LAYOUTS: Mapping[str, Layout] = {
    "daily": _daily,
    "blog": _blog,
    "tables": _tables,
    "wrapped": _wrapped,
    "dated_last": _dated_last,
    "windows": _windows,
    "markdown": _markdown,
    "labelled": _labelled,
}
