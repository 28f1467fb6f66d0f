"""Small pages that are no article, in their own words, as different publishing programs and servers build them."""

HEADLINES = (
    "Ferry to sail again in May", "Library stays open until nine", "Old mill becomes a school of music",
    "Snow keeps the pass closed", "Council plants three hundred limes", "Choir sings for the new organ",
    "Bakers share one oven", "River bath opens a week early",
)  # fmt: skip
EXCERPT = "The harbour office said on Monday that the new ramp had been tested, and that nothing stands in the way."
MENU = '<nav><a href="/news">News</a> <a href="/sport">Sport</a></nav>'
FOOT = '<footer><a href="/imprint">Imprint</a> © Bay Post</footer>'
SEARCH = '<form action="/search"><input type="search" name="q"><button>Go</button></form>'


def page(title: str, main: str, head: str = "", body: str = "<body>") -> str:
    return f"<html><head><title>{title}</title>{head}</head>{body}<header>{MENU}</header>{main}{FOOT}</body></html>"


def each(template: str, headlines: tuple[str, ...] = HEADLINES) -> str:
    """The template once a headline, with `{h}` its words, `{n}` its number and `{e}` an excerpt."""
    return "".join(template.format(h=words, n=number, e=EXCERPT) for number, words in enumerate(headlines))


TEASER = '<article><h2><a href="/n/{n}">{h}</a></h2><p>{e}</p></article>'
CARD = '<div class="card"><a href="/n/{n}"><img src="/i{n}.jpg"></a><h3><a href="/n/{n}">{h}</a></h3></div>'
ROW = '<tr><td><a href="/n/{n}">{h}</a></td><td>{e}</td></tr>'
ITEM = '<li><a href="/n/{n}">{h}</a> <time datetime="2024-05-0{n}">{n} May</time></li>'
ENTRY = '<div class="entry"><div><a href="/n/{n}"><b>{h}</b></a></div>{e} <a href="/n/{n}">…</a></div>'
JAPANESE = (
    "渡し船が五月に再開",
    "図書館は九時まで",
    "古い水車小屋が音楽学校に",
    "峠は雪で通行止め",
    "市が菩提樹を三百本植える",
)
HOME = "<link rel='canonical' href='https://www.bay.example/'>"

NOT_FOUND: dict[str, str] = {
    "a server's plain answer": "<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1>"
    "</center><hr><center>server/1.2</center></body></html>",
    "a server that names the address": "<title>404 Not Found</title><h1>Not Found</h1>"
    "<p>The requested address /n/77 was not found on this server.</p>",
    "a theme with a search": page(
        "Nothing here – Bay Post",
        f"<main><section><h1>Oops, nothing here.</h1><p>Try a search, or go <a href='/'>home</a>.</p>{SEARCH}"
        "</section></main>",
    ),
    "a number for a heading": page("Bay Post", "<main><h1>404</h1><p>This page has sailed.</p></main>"),
    "a code in a sentence": page(
        "Error 410 | Bay Post", "<div id='content'><h2>Gone</h2><p>We took it away.</p></div>"
    ),
    "a sentence with a way home": page(
        "Page missing",
        "<main><h1>We cannot find this page</h1><p>Go back to the <a href='/'>front page</a>.</p></main>",
    ),
    "the same in Vietnamese": page(
        "Không tìm thấy trang",
        "<main><h1>Không tìm thấy trang</h1><p>Xin mời trở về <a href='/'>trang chủ</a> của báo.</p></main>",
    ),
    "the same in Japanese": page(
        "ページが見つかりません",
        "<main><h1>ページが見つかりません</h1><p>お探しのページは移動したか、削除された可能性があります。"
        "<a href='/'>トップページ</a>へお戻りください。</p></main>",
    ),
    "the same in Arabic": page(
        "الصفحة غير موجودة",
        "<main><h1>الصفحة غير موجودة</h1><p>يمكنك العودة إلى <a href='/'>الصفحة الرئيسية</a> للموقع.</p></main>",
    ),
    "a page that no robot shall keep": page(
        "Strona nie istnieje",
        f"<div class='inner'><h1>Ups, nie ma takiej strony</h1>{SEARCH}</div>",
        head="<meta name='robots' content='noindex, follow'>",
    ),
    "a broken program": page("500 - Internal error", "<main><h1>Something broke</h1><p>We are on it.</p></main>"),
    "a page forbidden": page("403 Forbidden", "<main><p>You have no access to this address of ours.</p></main>"),
    "teasers under an excuse": page(
        "Not found (404)", f"<main><h1>This page is gone</h1><section>{each(CARD)}</section></main>"
    ),
}

LISTS: dict[str, str] = {
    "articles of a blog": page("News", f"<main><h1>News</h1>{each(TEASER)}</main>"),
    "a front page of cards": page("Bay Post", f"<div class='grid'>{each(CARD)}</div>", head=HOME),
    "a front page in columns": page(
        "Bay Post", f"<div class='a'>{each(CARD)}</div><div class='b'>{each(TEASER)}</div>", head=HOME
    ),
    "rows of a table": page("Archive", f"<table>{each(ROW)}</table>"),
    "a list of headlines and days": page("Archive May 2024", f"<main><h1>May 2024</h1><ul>{each(ITEM)}</ul></main>"),
    "entries in divs": page("Bay notes", f"<div id='posts'>{each(ENTRY)}</div>"),
    "a section with a line about it": page(
        "Sport", f"<main><h1>Sport</h1><p>All about the clubs of the bay and its rowers.</p>{each(TEASER)}</main>"
    ),
    "a list of one tag": page(
        "harbour – Bay Post", f"<main><h1>Tag: harbour</h1>{each(TEASER)}<a rel='next' href='?p=2'>2</a></main>"
    ),
    "an author's articles": page(
        "Ida Moe – Bay Post",
        f"<main><h1>Ida Moe</h1><p>Writes on ships and on those who sail them.</p><ul>{each(ITEM)}</ul></main>",
    ),
    "what a page declares a collection": page(
        "Harbour",
        f"<main>{each(TEASER)}</main>",
        head='<script type="application/ld+json">{"@type": "CollectionPage", "name": "Harbour"}</script>',
    ),
    "a Japanese section": page("社会", f"<main><h1>社会</h1>{each(CARD, JAPANESE)}</main>"),
    "teasers that only link": page(
        "Latest", "<main>" + each("<section><a href='/n/{n}'>{h}</a></section>") + "</main>"
    ),
}

SEARCHES: dict[str, str] = {
    "what a search found": page(
        "ferry – search – Bay Post",
        f"<main><form><input type='search' name='q' value='ferry'></form>{each(TEASER)}</main>",
    ),
    "a search in Vietnamese": page(
        "Kết quả cho phà",
        f"<main><form><input name='q' value='phà'></form><div>{each(CARD)}</div></main>",
    ),
}

FORMS: dict[str, str] = {
    "a protected post": page(
        "Protected: Board minutes",
        "<main><h1>Protected: Board minutes</h1><p>This text is behind a password.</p>"
        "<form><input type='password'><input type='submit'></form></main>",
    ),
    "a login": page(
        "Sign in",
        "<main><h1>Sign in</h1><form><label>Name<input name='u'></label><label>Word<input type='password'></label>"
        "<button>Sign in</button></form></main>",
    ),
    "a login in German": page(
        "Anmelden – Bay Post",
        "<div class='box'><h2>Willkommen zurück</h2><p>Bitte melden Sie sich mit Ihrem Konto bei uns an.</p>"
        "<form><input type='email'><input type='password'></form></div>",
    ),
    "a question of consent": page(
        "Bay Post",
        "<div class='cookie-consent'><p>We and our 614 partners store and read data on your device for advertising.</p>"
        "<button>Agree</button><button>Refuse</button></div>",
    ),
    "consent of a whole site": page(
        "Before you go on",
        "<div id='gdpr-wall'><div><p>Wir möchten Ihre Daten nutzen, um die Seite zu verbessern, und bitten darum.</p>"
        "<p>Sie können jederzeit widerrufen, was Sie uns hier erlauben.</p></div></div>",
    ),
    "a check of robots": page(
        "Just a moment",
        "<main><h1>www.bay.example</h1><p>Checking whether the connection is safe.</p></main>",
        head="<meta name='robots' content='noindex,nofollow'><meta http-equiv='refresh' content='30'>",
    ),
    "a page that has moved": "<title>Moved</title><meta http-equiv='refresh' content='0; url=/new'>"
    "<body><p>This page has moved to another <a href='/new'>address</a>.</p></body>",
}
