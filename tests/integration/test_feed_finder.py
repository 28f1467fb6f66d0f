"""A site's feed is found, seen and told of: over a real server and the real parser, with nothing kept."""

import json
from pathlib import Path

import pytest

from services.cli import main as cli
from services.ingest.feed_finder import MOST_ASKED, NoFeedFound, find_feed
from services.ingest.feed_preview import FeedPreview
from services.ingest.parser_process import FeedParser
from services.ingest.section_settings import Section
from services.ingest.subscriptions import Subscriptions
from shared.errors import NotAFeed, PermanentError, TransientError
from shared.settings import Settings
from tests.integration.origin import Origin, Reply

FEED = (
    b"<rss version='2.0'><channel><title>Tin</title><language>vi</language>"
    b"<item><title>Hai</title><link>https://tin.example/2</link><pubDate>Mon, 30 Nov 2026 07:00:00 GMT</pubDate></item>"
    b"<item><title>Mot</title><link>https://tin.example/1</link><pubDate>Mon, 30 Nov 2026 06:00:00 GMT</pubDate></item>"
    b"</channel></rss>"
)
NEWEST_US = 1_796_022_000_000_000
HTML = {"Content-Type": "text/html; charset=utf-8"}


def page(*links: str) -> Reply:
    named = "".join(f'<link rel="alternate" type="application/rss+xml" href="{link}">' for link in links)
    return Reply(headers=HTML, body=f"<html><head>{named}</head><body>Tin</body></html>".encode())


@pytest.fixture
def settings(origin: Origin) -> Settings:
    return Settings(allow_networks=(f"127.0.0.1:{origin.port}",), fetch_timeout_s=2)


def find(settings: Settings, address: str, parser: FeedParser) -> FeedPreview:
    return find_feed(settings, address, parser, pace_s=0)


def test_the_feeds_own_address_is_looked_at_and_nothing_else_asked(
    settings: Settings, origin: Origin, parser: FeedParser
) -> None:
    origin.pages["/rss"] = Reply(body=FEED)
    found = find(settings, origin.url("/rss"), parser)
    assert found == FeedPreview(
        url=origin.url("/rss"), title="Tin", language="vi", entries=2, newest_us=NEWEST_US, titles=("Hai", "Mot"),
        is_short=True,
    )  # fmt: skip
    assert [seen.path for seen in origin.seen] == ["/rss"]


def test_a_page_leads_to_the_first_of_its_feeds_that_is_one(
    settings: Settings, origin: Origin, parser: FeedParser
) -> None:
    origin.pages |= {"/": page("/gone", "/web", "/rss", "/sport"), "/web": page(), "/rss": Reply(body=FEED)}
    found = find(settings, origin.url("/"), parser)
    assert (found.url, found.entries, found.others) == (origin.url("/rss"), 2, (origin.url("/sport"),))


def test_a_page_that_names_none_is_asked_where_feeds_usually_are(
    settings: Settings, origin: Origin, parser: FeedParser
) -> None:
    origin.pages |= {"/": page(), "/rss.xml": Reply(body=FEED)}
    found = find(settings, origin.url("/"), parser)
    assert (found.url, found.via) == (origin.url("/rss.xml"), "usual")


def test_a_page_that_lists_a_sites_feeds_is_read_too(settings: Settings, origin: Origin, parser: FeedParser) -> None:
    listed = Reply(headers=HTML, body=b"<a href='/rss/the-thao.rss'>The thao</a>")
    origin.pages |= {"/": Reply(headers=HTML, body=b"<a href='/rss'>RSS</a>"), "/rss": listed}
    origin.pages["/rss/the-thao.rss"] = Reply(body=FEED)
    assert find(settings, origin.url("/"), parser).url == origin.url("/rss/the-thao.rss")


def test_a_site_is_named_without_a_scheme(settings: Settings, origin: Origin, parser: FeedParser) -> None:
    origin.pages |= {"/": page("/rss"), "/rss": Reply(body=FEED)}
    assert find(settings, f"127.0.0.1:{origin.port}", parser).url == origin.url("/rss")


def test_the_address_that_it_moved_to_for_good_is_the_one_to_watch(
    settings: Settings, origin: Origin, parser: FeedParser
) -> None:
    origin.pages |= {"/old": Reply(status=301, headers={"Location": "/rss"}), "/rss": Reply(body=FEED)}
    found = find(settings, origin.url("/old"), parser)
    assert (found.url, found.via) == (origin.url("/rss"), "moved")


def test_a_site_without_a_feed_is_asked_a_few_times_and_no_more(
    settings: Settings, origin: Origin, parser: FeedParser
) -> None:
    origin.pages["/"] = page(*(f"/{number}" for number in range(40)))
    with pytest.raises(NoFeedFound, match="names no feed that can be read"):
        find(settings, origin.url("/"), parser)
    assert len(origin.seen) == MOST_ASKED + 2, "the page, ten addresses, robots.txt"


def test_a_site_that_asks_for_patience_is_asked_no_further(
    settings: Settings, origin: Origin, parser: FeedParser
) -> None:
    origin.pages |= {"/": page(), "/feed/": Reply(status=429, headers={"Retry-After": "60"})}
    with pytest.raises(NoFeedFound):
        find(settings, origin.url("/"), parser)
    assert [seen.path for seen in origin.seen] == ["/", "/feed/"]


def test_a_private_address_is_refused_at_once_and_a_link_to_one_is_never_followed(
    settings: Settings, origin: Origin, parser: FeedParser
) -> None:
    with pytest.raises(PermanentError, match="not on the open internet"):
        find(Settings(), origin.url("/"), parser)
    assert not origin.seen
    canary = Origin()
    try:
        origin.pages |= {"/": page(canary.url("/rss"), "/rss"), "/rss": Reply(body=FEED)}
        canary.pages["/rss"] = Reply(body=FEED)
        assert find(settings, origin.url("/"), parser).url == origin.url("/rss")
        assert not canary.seen
    finally:
        canary.close()


@pytest.mark.parametrize(
    ("media_type", "body", "told"),
    [
        pytest.param("application/xml", b"", "is empty", id="an empty document"),
        pytest.param("text/xml; charset=utf-8", b"<nitf><body/></nitf>", "is no feed", id="XML of another kind"),
        pytest.param("text/plain", b'\xef\xbb\xbf<?xml version="1.0"?><sitemap/>', "is no feed", id="XML by its words"),
        pytest.param("text/plain", b' {"items": 5}', "no JSON Feed", id="JSON by its words"),
        pytest.param("application/feed+json", b"", "is empty", id="JSON by its media type"),
    ],
)
def test_data_that_is_no_feed_is_told_as_such_and_no_other_feed_is_taken_for_it(
    settings: Settings, origin: Origin, parser: FeedParser, media_type: str, body: bytes, told: str
) -> None:
    origin.pages |= {"/x.xml": Reply(headers={"Content-Type": media_type}, body=body), "/rss.xml": Reply(body=FEED)}
    with pytest.raises(NotAFeed, match=told):
        find(settings, origin.url("/x.xml"), parser)
    assert [seen.path for seen in origin.seen] == ["/x.xml"]


def test_a_page_in_xhtml_is_a_page(settings: Settings, origin: Origin, parser: FeedParser) -> None:
    html = b'<?xml version="1.0"?><!DOCTYPE html><html><head/><body><a href="/rss">RSS</a></body></html>'
    origin.pages |= {"/": Reply(headers={"Content-Type": "text/xml"}, body=html), "/rss": Reply(body=FEED)}
    assert find(settings, origin.url("/"), parser).via == "named"


def test_an_address_of_another_kind_is_no_sites_name(settings: Settings, parser: FeedParser) -> None:
    with pytest.raises(PermanentError, match=r"^'ftp://x\.example/rss' is no http or https address$"):
        find(settings, "ftp://x.example/rss", parser)


def test_a_server_that_is_away_is_no_site_without_a_feed(
    settings: Settings, origin: Origin, parser: FeedParser
) -> None:
    origin.pages["/"] = Reply(status=503)
    with pytest.raises(TransientError, match="503"):
        find(settings, origin.url("/"), parser)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: Origin) -> Path:
    monkeypatch.setenv("COPYDESK_ALLOW_NETWORKS", f"127.0.0.1:{origin.port}")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def test_a_newcomer_subscribes_to_a_site_by_its_address_alone(
    data: Path, origin: Origin, capsys: pytest.CaptureFixture[str]
) -> None:
    origin.pages |= {"/": page("/rss", "/sport"), "/rss": Reply(body=FEED)}
    assert cli.main(["feeds", "check", origin.url("/")]) == 0
    assert "Tin, 2 entries, the newest" in capsys.readouterr().out
    assert not data.exists()
    assert cli.main(["feeds", "add", f"127.0.0.1:{origin.port}"]) == 0
    told = capsys.readouterr().out
    assert f"{origin.url('/rss')} is watched from now on: Tin, 2 entries, the newest" in told
    assert origin.url("/sport") in told
    assert f"127.0.0.1:{origin.port} is no feed itself: its page names this one." in told
    assert cli.main(["feeds", "list", "--json"]) == 0
    assert [feed["url"] for feed in json.loads(capsys.readouterr().out)] == [origin.url("/rss")]


def test_a_feed_that_cannot_be_asked_now_is_watched_and_a_site_is_not(
    data: Path, origin: Origin, capsys: pytest.CaptureFixture[str]
) -> None:
    origin.pages["/rss"] = Reply(status=503)
    assert cli.main(["feeds", "add", origin.url("/rss")]) == 0
    assert "it is watched all the same" in capsys.readouterr().err
    assert cli.main(["feeds", "add", f"127.0.0.1:{origin.port}/rss"]) == 2
    origin.pages["/page"] = page()
    assert cli.main(["feeds", "add", origin.url("/page")]) == 2
    assert "names no feed" in capsys.readouterr().err


def test_a_watched_page_gets_no_selectors_that_mean_nothing_on_it(
    data: Path, origin: Origin, capsys: pytest.CaptureFixture[str]
) -> None:
    listing = b"<html><body><div class=teaser><a href=/1.html>Bai mot</a></div></body></html>"
    origin.pages["/hue"] = Reply(headers={"Content-Type": "text/html; charset=utf-8"}, body=listing)
    url = origin.url("/hue")
    assert cli.main(["feeds", "add", url, "--select", "div.teaser"]) == 0
    assert "was watched already" not in capsys.readouterr().out
    for command in ("add", "edit"):
        assert cli.main(["feeds", command, url, "--select", ".nichts"]) == 1
        assert "no link that '.nichts' means" in capsys.readouterr().err
    (feed,) = Subscriptions(Settings(data_dir=str(data))).list()
    assert feed.section == Section(links="div.teaser")
    assert cli.main(["feeds", "add", url, "--select", "div a"]) == 0
    assert "was watched already" in capsys.readouterr().out
    assert cli.main(["feeds", "add", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["known"]
    assert cli.main(["feeds", "edit", url, "--select", ".later", "--unchecked"]) == 0
    (feed,) = Subscriptions(Settings(data_dir=str(data))).list()
    assert feed.section == Section(links=".later")


def test_a_list_goes_in_and_comes_out_at_the_terminal(
    data: Path, origin: Origin, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("list.opml").write_text(
        '<opml><body><outline text="Bao"><outline xmlUrl="https://hue.example/rss" title="Hue"/></outline>'
        '<outline xmlUrl="gopher://x.example/"/></body></opml>'
    )
    assert cli.main(["feeds", "import", "list.opml"]) == 1
    told = capsys.readouterr()
    assert "1 feed added, 0 watched already." in told.out
    assert "gopher://x.example/ is not taken" in told.err
    closed = "http://169.254.169.254/\nhttps://[::1]:8080/\nhttp://127.0.0.1:1/\nhttps://hue.example/rss\n"
    Path("closed.txt").write_text(f"{closed}{origin.url('/rss')}\n")
    assert cli.main(["feeds", "import", "closed.txt", "--json"]) == 1
    told = capsys.readouterr()
    done = json.loads(told.out)
    assert [one["url"] for one in done["refused"]] == closed.splitlines()[:3]
    assert all("not on the open internet" in one["why"] for one in done["refused"])
    problem = json.loads(told.err)
    assert problem["detail"].count("is not taken") == 3 and "do" not in problem, "one object, and no remedy of no use"
    assert cli.main(["feeds", "remove", origin.url("/rss")]) == 0
    capsys.readouterr()
    assert cli.main(["feeds", "export", "out.opml"]) == 0
    assert "1 feed in out.opml." in capsys.readouterr().out
    assert cli.main(["feeds", "import", "out.opml", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["added"], [feed["url"] for feed in done["known"]]) == ([], ["https://hue.example/rss"])
    assert cli.main(["feeds", "export", "-", "--json"]) == 0
    listed = [{"url": "https://hue.example/rss", "title": "Hue", "folder": ["Bao"]}]
    assert json.loads(capsys.readouterr().out) == listed
    assert cli.main(["feeds", "export", "again.opml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": "again.opml", "feeds": listed}
    assert b'xmlUrl="https://hue.example/rss"' in Path("again.opml").read_bytes()
