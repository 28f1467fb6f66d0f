"""CPU of a page of some 190 kB over all processes, pushed as HTML, beside normalising it alone."""

from collections.abc import Sequence

from benchmarks.desk import cpu_s, running_desk, tree, until
from benchmarks.figures import Figure
from benchmarks.index import make_entries
from benchmarks.texts import RECEIVED_US, normalize_ms
from shared.article import Article
from shared.envelope import Raw, Source

COUNT, ARTICLES = 60, 200
ADDRESS = "https://bao.example/thoi-su/{}.html"
SCRIPT = (
    "<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}gtag('js',1);</script>"
)


def run() -> list[Figure]:
    """Each page has its own words and address."""
    pages = make_pages(COUNT)
    alone = normalize_ms([_raw(number, page) for number, page in enumerate(pages)])
    with running_desk(COPYDESK_DISK_RESERVE_MB="1") as desk:
        _, ledger = desk.open_intake()
        pids = [desk.pid, *tree(desk.pid)]
        before = cpu_s(pids)
        for number, page in enumerate(pages):
            desk.push(page, "text/html; charset=utf-8", {"Content-Location": ADDRESS.format(number)})
        until(lambda: ledger.balance().indexed >= COUNT, "the pages were not indexed")
        spent = (cpu_s(pids) - before) / COUNT * 1000
    return [
        Figure(name="page.bytes", value=sum(len(page.encode()) for page in pages) / COUNT / 1000, unit="kB a page"),
        Figure(name="page.normalize_alone", value=alone, unit="ms CPU"),
        Figure(name="page.push.cpu", value=spent, unit="ms CPU a page"),
        Figure(name="page.push.in_normalize", value=spent / alone, unit="x", is_ratio=True),
    ]


def make_pages(count: int) -> list[str]:
    """Pages as a newspaper's site makes them: scripts, a menu, an article, teasers of others and a footer."""
    entries = make_entries(count * ARTICLES)
    return [_page(number, [next(entries).article for _ in range(ARTICLES)]) for number in range(count)]


def _page(number: int, articles: Sequence[Article]) -> str:
    first, told, others = articles[0], articles[1:20], articles[20:]
    menu = "".join(
        f'<li class="menu-item"><a href="/muc-{n}">{article.headline}</a></li>' for n, article in enumerate(others)
    )
    body = "".join(f'<p class="Normal">{article.description}. {article.blocks[0].text}.</p>' for article in told)
    teasers = "".join(
        f'<article class="item-news"><h3 class="title-news"><a href="{article.uri}" title="{article.headline}">'
        f'{article.headline}</a></h3><p class="description"><a href="{article.uri}">{article.description}</a></p>'
        f'<span class="time-public">09/11/2015</span></article>'
        for article in others
    )
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{first.headline}</title>'
        f'<link rel="canonical" href="{ADDRESS.format(number)}"><meta property="og:title" content="{first.headline}">'
        f'<meta property="article:published_time" content="2015-11-09T05:34:00+07:00">{SCRIPT * 60}</head>'
        f'<body><nav><ul>{menu}</ul></nav><main><article class="fck_detail"><h1>{first.headline}</h1>'
        f'<p class="description">{first.description}.</p>{body}<p class="author">Anh Phong</p></article>'
        f'<section class="related">{teasers}</section></main><footer>Báo Nam Đông {number}</footer></body></html>'
    )


def _raw(number: int, page: str) -> Raw:
    """A page as the normaliser gets it from a push."""
    return Raw(
        source=Source(kind="push", name="desk"),
        media_type="text/html; charset=utf-8",
        body=page.encode(),
        received_us=RECEIVED_US,
        url=ADDRESS.format(number),
    )
