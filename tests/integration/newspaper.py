"""A small newspaper whose site is made as WordPress makes one, on loopback: RSS, Atom, a category's feed, pages."""

import datetime as dt
import html
from dataclasses import dataclass, field
from email.utils import format_datetime

from tests.integration.origin import Origin, Reply

ZONE = dt.timezone(dt.timedelta(hours=7))
SUNDAY, MONDAY, TUESDAY, WEDNESDAY = (dt.datetime(2026, 3, day, 14, 11, tzinfo=ZONE) for day in (1, 2, 3, 4))
TEXT = (
    "Chị Hoàng Thị Khôi, 21 tuổi, vừa bán xong chuyến hàng đầu tiên trong năm, và đang chuẩn bị cho chuyến tiếp theo.",
    "Theo thống kê của địa phương, năm có 247 hộ tham gia, tăng 94 hộ so với năm trước, nhiều nhất từ trước tới nay.",
    "Mỗi tháng, tổ hợp tác thu về khoảng 46,3 triệu đồng, đủ để lo cho con cái ăn học và mua thêm giống cho mùa sau.",
)
VEIL = "Không có trích dẫn vì đây là bài viết được bảo vệ."
CATEGORY = "/category/doi-song/feed/"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)


@dataclass
class Post:
    """One post. `newest` shows the newest posts within the text.

    `guid` is WordPress' own where none is given, and absent where it is empty.
    """

    number: int
    slug: str
    title: str
    text: tuple[str, ...] = TEXT
    published: dt.datetime = MONDAY
    modified: dt.datetime | None = None
    category: str = "Đời sống"
    guid: str | None = None
    newest: bool = False
    locked: bool = False


@dataclass
class Newspaper:
    """The posts, newest first, and the settings of the site that change what its feeds say.

    `summaries` are the feeds (`/feed/`, `/feed/atom/`, …) that give no full text.
    """

    origin: Origin
    posts: list[Post] = field(default_factory=list)
    summaries: set[str] = field(default_factory=set)
    host: str = "127.0.0.1"
    scheme: str = "http"
    moved_to: str | None = None

    def write(self, *posts: Post) -> None:
        """Publish posts, and serve all documents anew."""
        self.posts = [*posts, *self.posts]
        self.serve()

    def serve(self) -> None:
        """Let the site answer with what it is now."""
        pages = {self._path(post): page(post, self.link(post)) for post in self.posts}
        feeds = {
            "/feed/": self.rss(self.posts, whole="/feed/" not in self.summaries),
            "/feed/atom/": self.atom(self.posts, whole="/feed/atom/" not in self.summaries),
            CATEGORY: self.rss(
                [post for post in self.posts if post.category == "Đời sống"], whole=CATEGORY not in self.summaries
            ),
        }
        self.origin.pages = {path: Reply(body=body.encode()) for path, body in (pages | feeds).items()}
        if self.moved_to:
            where = {"Location": self.origin.url(self.moved_to)}
            self.origin.pages[self.moved_to] = self.origin.pages["/feed/"]
            self.origin.pages["/feed/"] = Reply(status=301, headers=where)

    def home(self) -> str:
        return f"{self.scheme}://{self.host}:{self.origin.port}"

    def link(self, post: Post) -> str:
        return self.home() + self._path(post)

    def rss(self, posts: list[Post], *, whole: bool) -> str:
        rows = "".join(self._item(post, whole) for post in posts)
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {NAMESPACES}><channel><title>Đồng Xanh</title>'
            f"<link>{self.home()}</link><language>vi</language>{rows}</channel></rss>"
        )

    def atom(self, posts: list[Post], *, whole: bool) -> str:
        rows = "".join(self._entry(post, whole) for post in posts)
        return (
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">'
            f"<title>Đồng Xanh</title><id>{self.home()}/feed/atom/</id>{rows}</feed>"
        )

    def _item(self, post: Post, whole: bool) -> str:
        title, words, lead = self._shown(post)
        guid = f'<guid isPermaLink="false">{self._guid(post)}</guid>' if self._guid(post) else ""
        content = "" if not whole else f"<content:encoded><![CDATA[{words}]]></content:encoded>"
        return (
            f"<item><title>{title}</title><link>{self.link(post)}</link><dc:creator><![CDATA[Thu Hà]]></dc:creator>"
            f"<pubDate>{format_datetime(post.published)}</pubDate><category><![CDATA[{post.category}]]></category>"
            f"{guid}<description><![CDATA[{lead}]]></description>"
            f"{content}</item>"
        )

    def _entry(self, post: Post, whole: bool) -> str:
        title, words, lead = self._shown(post)
        content = "" if not whole else f'<content type="html"><![CDATA[{words}]]></content>'
        return (
            f'<entry><author><name>Thu Hà</name></author><title type="html"><![CDATA[{title}]]></title>'
            f'<link rel="alternate" type="text/html" href="{self.link(post)}" /><id>{self._guid(post)}</id>'
            f"<updated>{(post.modified or post.published).isoformat()}</updated>"
            f"<published>{post.published.isoformat()}</published>"
            f'<category term="{post.category}" /><summary type="html"><![CDATA[{lead}]]></summary>{content}</entry>'
        )

    def _shown(self, post: Post) -> tuple[str, str, str]:
        if post.locked:
            return f"Bảo vệ: {post.title}", f"<p>{VEIL}</p>", VEIL
        words = "\n\n".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in post.text)
        if post.newest:
            rows = "".join(f'<li><a href="{self.link(one)}">{one.title}</a></li>' for one in self.posts[:5])
            words += f'<ul class="wp-block-latest-posts__list wp-block-latest-posts">{rows}</ul>'
        return html.escape(post.title), words, f"{post.text[0][:80]}&#8230;"

    def _guid(self, post: Post) -> str:
        return f"{self.home()}/?p={post.number}" if post.guid is None else post.guid

    def _path(self, post: Post) -> str:
        return f"/{post.published:%Y/%m}/{post.slug}/"


def page(post: Post, link: str) -> str:
    """The page of a post as the theme Twenty Twenty-One makes it; it prints the day alone."""
    words = "\n".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in post.text)
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="UTF-8" /><title>{html.escape(post.title)} &#8211; Đồng '
        f'Xanh</title><link rel="canonical" href="{link}" /></head><body class="single"><article class="post hentry">'
        f'<header class="entry-header"><h1 class="entry-title">{html.escape(post.title)}</h1></header>'
        f'<div class="entry-content">{words}</div><footer class="entry-footer"><span class="posted-on">Published '
        f"{post.published:%d/%m/%Y}</span>"
        '<span class="byline">By <a rel="author" href="/author/ha/">Thu Hà</a></span></footer></article></body></html>'
    )
