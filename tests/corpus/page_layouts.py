"""Pages as publishing programs and old sites build them."""

import datetime as dt
import json
from html import escape

from tests.corpus.markup import address_of, body_of, page_address
from tests.corpus.stories import Byline, Setting
from tests.corpus.truth import Copy, Layouts

HTML = "text/html; charset=utf-8"


def semantic(setting: Setting) -> Copy:
    """A daily of today: JSON-LD and Open Graph over semantic HTML."""
    story, paper = setting.story, setting.newsroom.paper
    head = (
        f'<meta property="og:title" content="{escape(story.headline)}"><meta property="og:type" content="article">'
        f'<meta property="og:site_name" content="{escape(paper.name)}">'
        f'<link rel="canonical" href="{page_address(setting)}">{_script(_declared(setting, "NewsArticle"))}'
    )
    body = (
        f'<main><article><header><p class="kicker">{escape(story.kicker)}</p><h1>{escape(story.headline)}</h1>'
        f'<p class="standfirst">{escape(story.deck)}</p><div class="byline">{escape(story.bylines[0].line)}</div>'
        f'<time datetime="{story.published.isoformat()}">{escape(setting.date)}</time></header>'
        f'<div class="article-body">{body_of(setting, dateline=setting.dateline)}</div></article>'
        f"{_related(setting)}</main>"
    )
    return Copy(
        text=_page(setting, head, body),
        media_type=HTML,
        byline=story.bylines[0],
        dateline=setting.dateline,
        site=_site(setting, *setting.related, story.kicker),
    )


def wordpress_classic(setting: Setting) -> Copy:
    """A classic theme: entry title, entry meta, captions in divs of their own width, nothing in JSON."""
    story = setting.story
    authors = ", ".join(
        f'<span class="author vcard"><a class="url fn n" href="/author/{number}">{escape(name)}</a></span>'
        for number, name in enumerate(story.authors)
    )
    body = (
        f'<div id="primary"><article class="post type-post hentry"><header class="entry-header">'
        f'<h1 class="entry-title">{escape(story.headline)}</h1><div class="entry-meta"><span class="posted-on">'
        f'<a href="#" rel="bookmark"><time class="entry-date published" datetime="{story.published.isoformat()}">'
        f'{escape(setting.date)}</time></a></span> <span class="byline">{authors}</span></div></header>'
        f'<div class="entry-content"><p><strong>{escape(story.deck)}</strong></p>'
        f"{body_of(setting, pictures='wordpress')}{_share(setting)}</div>"
        f'<footer class="entry-footer"><a href="/cat" rel="category tag">{escape(story.section)}</a></footer>'
        f"</article>{_related(setting)}</div>"
    )
    return Copy(
        text=_page(setting, "", body),
        media_type=HTML,
        byline=Byline(", ".join(story.authors)),
        site=_site(setting, *setting.related, *setting.newsroom.paper.share),
    )


def wordpress_blocks(setting: Setting) -> Copy:
    """A block theme: every part is a block with a class of its own."""
    story = setting.story
    names = ", ".join(f'<a href="/author/{number}">{escape(name)}</a>' for number, name in enumerate(story.authors))
    body = (
        f'<main class="wp-block-group"><h1 class="wp-block-post-title">{escape(story.headline)}</h1>'
        f'<div class="wp-block-post-date"><time datetime="{story.published.isoformat()}">{escape(setting.date)}</time>'
        "</div>"
        f'<div class="wp-block-post-author-name">{names}</div>'
        f'<div class="wp-block-post-terms"><a rel="tag" href="/t">{escape(story.section)}</a></div>'
        f'<div class="entry-content wp-block-post-content"><p class="has-large-font-size">{escape(story.deck)}</p>'
        f"{body_of(setting, pictures='block', subhead=_BLOCK_SUBHEAD)}</div>{_share(setting)}</main>"
        f'<div class="wp-block-query">{_related(setting)}</div>'
    )
    head = f'<meta property="article:published_time" content="{story.published.isoformat()}">'
    return Copy(
        text=_page(setting, head, body),
        media_type=HTML,
        byline=Byline(", ".join(story.authors)),
        site=_site(setting, *setting.related, *setting.newsroom.paper.share),
    )


_BLOCK_SUBHEAD = '<h2 class="wp-block-heading">{}</h2>'


def tables(setting: Setting) -> Copy:
    """A site laid out in tables, which declares nothing and signs under the text."""
    story = setting.story
    paragraphs = body_of(setting, dateline=setting.dateline, pictures="table", subhead="<p><b>{}</b></p>", close="")
    body = (
        f'<table width="760"><tr><td><font size="5"><b>{escape(story.headline)}</b></font></td></tr>'
        f"<tr><td><i>{escape(setting.date)}</i></td></tr><tr><td><b>{escape(story.deck)}</b></td></tr>"
        f'<tr><td>{paragraphs}<p align="right"><b>{escape(setting.byline.line)}</b></p></td></tr></table>'
    )
    return Copy(
        text=_page(setting, "", body),
        media_type=HTML,
        byline=setting.byline,
        dateline=setting.dateline,
        site=_site(setting),
    )


def microdata(setting: Setting) -> Copy:
    """What is said stands in itemprops of the visible text."""
    story = setting.story
    authors = ", ".join(
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person"><span itemprop="name">{escape(name)}'
        "</span></span>"
        for name in story.authors
    )
    body = (
        f'<div itemscope itemtype="https://schema.org/NewsArticle">'
        f'<h1 itemprop="headline">{escape(story.headline)}</h1>'
        f'<div class="info">{authors} <meta itemprop="datePublished" content="{story.published.isoformat()}">'
        f'<span class="date">{escape(setting.date)}</span></div>'
        f'<p itemprop="description">{escape(story.deck)}</p><div itemprop="articleBody">{body_of(setting)}</div></div>'
        f"{_share(setting)}{_related(setting)}"
    )
    return Copy(
        text=_page(setting, "", body),
        media_type=HTML,
        byline=Byline(", ".join(story.authors)),
        site=_site(setting, *setting.related, *setting.newsroom.paper.share),
    )


def bare(setting: Setting) -> Copy:
    """No metadata and no class that says anything: a heading, two small lines, paragraphs."""
    story = setting.story
    body = (
        f"<div><h1>{escape(story.headline)}</h1><p><small>{escape(setting.byline.line)}</small></p>"
        f"<p><small>{escape(setting.date)}</small></p><p>{escape(story.deck)}</p>"
        f"{body_of(setting, subhead='<h3>{}</h3>')}</div>"
    )
    return Copy(
        text=_page(setting, "", body),
        media_type=HTML,
        byline=setting.byline,
        site=_site(setting),
    )


def live(setting: Setting) -> Copy:
    """A live report: entries with clocks, the newest first."""
    story = setting.story
    pieces = [piece for piece in story.body if piece.paragraph]
    paragraphs = [piece.paragraph or "" for piece in pieces]
    times = [story.published + dt.timedelta(minutes=7 * (number + 1)) for number in range(len(paragraphs))]
    entries = [
        f'<article class="live-entry"><time datetime="{at.isoformat()}">{at:%H:%M}</time>'
        f"<p>{escape(text)}</p></article>"
        for at, text in zip(times, paragraphs, strict=True)
    ]
    declared = {
        **_declared(setting, "LiveBlogPosting"),
        "coverageStartTime": story.published.isoformat(),
        "liveBlogUpdate": [
            {"@type": "BlogPosting", "datePublished": at.isoformat(), "articleBody": text}
            for at, text in zip(times, paragraphs, strict=True)
        ],
    }
    body = (
        f"<main><header><h1>{escape(story.headline)}</h1><p>{escape(story.deck)}</p>"
        f'<div class="byline">{escape(story.bylines[0].line)}</div></header>'
        f'<section class="live-blog">{"".join(reversed(entries))}</section></main>{_related(setting)}'
    )
    return Copy(
        text=_page(setting, _script(declared), body),
        media_type=HTML,
        byline=story.bylines[0],
        body=tuple(reversed(pieces)),
        site=_site(setting, *setting.related),
    )


def gallery(setting: Setting) -> Copy:
    """The text first, then its pictures as slides with captions and credits apart."""
    story = setting.story
    slides = "".join(
        f'<figure class="slide"><img src="{address_of(setting, piece)}" alt=""><figcaption>'
        f'<span class="caption">{escape(piece.caption or "")}</span> <span class="credit">{escape(piece.credit)}</span>'
        "</figcaption></figure>"
        for piece in setting.captions
    )
    body = (
        f'<article><h1>{escape(story.headline)}</h1><p class="lead">{escape(story.deck)}</p>'
        f'<p class="meta"><span class="author">{escape(setting.byline.line)}</span> '
        f'<span class="date">{escape(setting.date)}</span></p>'
        f'{body_of(setting, pictures="none")}<div class="gallery">{slides}</div></article>{_share(setting)}'
    )
    return Copy(
        text=_page(setting, "", body),
        media_type=HTML,
        byline=setting.byline,
        site=_site(setting, *setting.newsroom.paper.share),
    )


def _page(setting: Setting, head: str, body: str) -> str:
    paper, story = setting.newsroom.paper, setting.story
    nav = "".join(f'<li><a href="/{number}">{escape(word)}</a></li>' for number, word in enumerate(paper.nav))
    return (
        f'<!DOCTYPE html>\n<html lang="{setting.newsroom.language}"><head><meta charset="utf-8">'
        f"<title>{escape(story.headline)} - {escape(paper.name)}</title>{head}</head>\n"
        f"<body><nav><ul>{nav}</ul></nav>\n"
        f"{body}\n<footer><p>{escape(paper.footer)}</p></footer></body></html>\n"
    )


def _declared(setting: Setting, kind: str) -> dict[str, object]:
    story = setting.story
    return {
        "@context": "https://schema.org",
        "@type": kind,
        "headline": story.headline,
        "description": story.deck,
        "datePublished": story.published.isoformat(),
        "dateModified": (story.published + dt.timedelta(hours=2)).isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "Organization", "name": setting.newsroom.paper.name},
    }


def _script(declared: dict[str, object]) -> str:
    return f'<script type="application/ld+json">{json.dumps(declared, ensure_ascii=False)}</script>'


def _related(setting: Setting) -> str:
    label, *headlines = setting.related
    items = "".join(f'<li><a href="/r{number}">{escape(line)}</a></li>' for number, line in enumerate(headlines))
    return f'<aside class="related"><h3>{escape(label)}</h3><ul>{items}</ul></aside>'


def _share(setting: Setting) -> str:
    return (
        '<div class="share">'
        + "".join(f'<a href="#">{escape(word)}</a> ' for word in setting.newsroom.paper.share)
        + "</div>"
    )


def _site(setting: Setting, *lines: str) -> tuple[str, ...]:
    return (*setting.newsroom.paper.nav, setting.newsroom.paper.footer, *lines)


LAYOUTS: Layouts = {
    "semantic": semantic,
    "wordpress_classic": wordpress_classic,
    "wordpress_blocks": wordpress_blocks,
    "tables": tables,
    "microdata": microdata,
    "bare": bare,
    "live": live,
    "gallery": gallery,
}
