"""Commands for whoever sends: feeds, and the keys of publishers."""

from services.cli.arguments import EXPIRES, FEEDS, PREFIX, SCOPE, SIGNED, SOURCE, arg, count
from services.cli.command import Command, Example

FEED = arg("name", metavar="FEED", help="its id or address, as `feeds list` shows it")
PAGES = arg(
    "--pages",
    choices=["never", "when-short", "always"],
    help="read the pages that its entries lead to: never, of short entries if the feed is short, or always",
)
SELECT = (
    arg("--select", metavar="SELECTOR", help="read a page that lists articles: each one's link, or the box around it"),
    arg("--select-title", metavar="SELECTOR", help="the title within that, where it is not the link's words"),
    arg("--select-date", metavar="SELECTOR", help="the date within that"),
)
SITE = arg("url", metavar="URL|SITE", help="the feed's address, that of a page, or a site's name")
UNCHECKED = arg(
    "--unchecked", action="store_true", help="without asking its server: the address must be the feed's own"
)
ASKING = (
    arg("--interval", dest="interval_s", type=count, metavar="SECONDS", help="visit it so often; 0: at its own pace"),
    arg("--shortest", dest="shortest_s", type=count, metavar="SECONDS", help="but never sooner; 0: as the desk does"),
    arg("--longest", dest="longest_s", type=count, metavar="SECONDS", help="and never later; 0: as the desk does"),
    arg(
        "--pause", dest="pause_s", type=count, metavar="SECONDS",
        help="between two visits to its host, of whichever feed; 0: as the desk does",
    ),
    arg(
        "--scope", choices=("auto", "feed", "host", "domain"),
        help="for whom its server means a wish to be left alone; auto: as its answer tells",
    ),
    arg("--user-agent", metavar="TEXT", help="what it is asked as, in place of Copydesk/VERSION"),
    arg(
        "--header", action="append", metavar="NAME:VALUE",
        help="sent with each visit, to its own origin alone; an empty value takes it back (may be given several times)",
    ),
    arg("--cookie", metavar="TEXT|@FILE", help="sent likewise; @FILE, or @- for standard input, shows it to nobody"),
    arg("--login", metavar="NAME:PASSWORD|@FILE", help="by HTTP basic, sent likewise"),
)  # fmt: skip

SOURCES = (
    Command(
        "feeds add",
        "feeds:add_feed",
        "subscribe to a feed, or to that of a site, once it was seen to be one",
        (SITE, UNCHECKED, PAGES, *SELECT, *SOURCE, *ASKING),
        act=True,
        makes=True,
        examples=(
            Example("copydesk feeds add news.example", "finds the site's feed and tells what is in it"),
            Example(
                "copydesk feeds add https://news.example/rss --zone Asia/Ho_Chi_Minh --language vi",
                "dates without a zone are Vietnam's",
            ),
        ),
    ),
    Command(
        "feeds check",
        "feeds:check_feed",
        "look at a feed, or find that of a site; nothing is kept",
        (SITE, *SELECT),
        opens=False,
        alone=True,
        examples=(
            Example("copydesk feeds check news.example", "has it a feed, and how fresh is it?"),
            Example(
                "copydesk feeds check https://news.example/hue --select 'article.teaser'",
                "what would a section page give that has no feed?",
            ),
        ),
    ),
    Command(
        "feeds import",
        "feeds:import_feeds",
        "subscribe to all feeds of a list: OPML, or addresses line by line",
        (arg("file", metavar="FILE", help="OPML as other readers write it, or addresses; - for standard input"),),
        act=True,
        makes=True,
        examples=(Example("copydesk feeds import miniflux.opml", "what Miniflux or FreshRSS has exported"),),
    ),
    Command(
        "feeds export",
        "feeds:export_feeds",
        "write the feeds as OPML, which other readers take, and `feeds import` takes back",
        (
            arg("file", metavar="FILE", help="where to write it, or - for standard output"),
            arg("--with-passwords", action="store_true", help="with the names and passwords in their addresses"),
        ),
        examples=(Example("copydesk feeds export feeds.opml", "for another desk"),),
    ),
    Command(
        "feeds list",
        "feeds:list_feeds",
        "the feeds and when each is due",
        examples=(Example("copydesk feeds list", "which feed is broken?"),),
    ),
    Command(
        "feeds show",
        "feeds:show_feed",
        "one feed: its state, its last 30 visits, when it is due and why",
        (FEED,),
        examples=(Example("copydesk feeds show https://news.example/rss", "why does nothing come?"),),
    ),
    Command(
        "feeds edit",
        "feeds:edit_feed",
        "give a feed another address, title, zone, language, say on pages, or other visits; what it has seen stays",
        (
            FEED,
            arg("--url", metavar="URL", help="where it is found from now on"),
            arg("--title", metavar="TITLE", help="what it is called in lists"),
            PAGES,
            *SELECT,
            arg("--unchecked", action="store_true", help="keep selectors without looking at what they mean"),
            *SOURCE,
            *ASKING,
        ),
        act=True,
        examples=(
            Example(
                "copydesk feeds edit https://old.example/rss --url https://new.example/rss",
                "the same feed at a new address: nothing comes twice",
            ),
            Example(
                "copydesk feeds edit https://news.example/rss --login @login.txt --pause 60",
                "for subscribers, once a minute",
            ),
        ),
    ),
    Command(
        "feeds refresh",
        "feeds:refresh_feeds",
        "visit feeds now",
        FEEDS,
        act=True,
        examples=(Example("copydesk feeds refresh https://news.example/rss", "one feed, now"),),
    ),
    Command(
        "feeds resume",
        "feeds:resume_feeds",
        "begin anew with feeds that failed or ended (410)",
        FEEDS,
        act=True,
        examples=(Example("copydesk feeds resume --failing", "all that fail, once the cause is mended"),),
    ),
    Command(
        "feeds remove",
        "feeds:remove_feed",
        "end a subscription",
        (arg("url", metavar="URL"),),
        act=True,
        examples=(Example("copydesk feeds remove https://news.example/rss", "its articles stay"),),
    ),
    Command(
        "keys create",
        "keys:create_key",
        "make a key for a publisher, a monitor or an operator; it is shown once",
        (arg("name", metavar="NAME"), SCOPE, EXPIRES, PREFIX, SIGNED, *SOURCE),
        act=True,
        makes=True,
        examples=(
            Example("KEY=$(copydesk keys create hue-daily --zone Asia/Ho_Chi_Minh --language vi)", "for a publisher"),
            Example("copydesk keys create desk --scope monitor", "for a monitor, who sees all and changes nothing"),
        ),
    ),
    Command(
        "keys add",
        "keys:add_prefixes",
        "give a publisher's keys the pages below an address; make a key where there is none yet",
        (arg("name", metavar="NAME"), SCOPE, EXPIRES, PREFIX, SIGNED, *SOURCE),
        act=True,
        makes=True,
        examples=(
            Example(
                "copydesk keys add hue-daily --prefix https://news.example/hue/",
                "nobody else's push touches these pages",
            ),
        ),
    ),
    Command(
        "keys take",
        "keys:take_prefixes",
        "take pages back that a publisher's keys carry",
        (arg("name", metavar="NAME"), PREFIX),
        act=True,
        examples=(Example("copydesk keys take hue-daily --prefix https://news.example/hue/", "give them back"),),
    ),
    Command(
        "keys scope",
        "keys:scope_keys",
        "say anew what a publisher's keys, or the one with this id, may do",
        (arg("name", metavar="NAME|ID"), SCOPE),
        act=True,
        examples=(Example("copydesk keys scope hue-daily --scope push --scope read", "and nothing else"),),
    ),
    Command(
        "keys rotate",
        "keys:rotate_secrets",
        "make a new secret for what a publisher's keys, or the one with this id, sign; the one before stays good",
        (arg("name", metavar="NAME|ID"),),
        act=True,
        examples=(Example("copydesk keys rotate hue-daily", "twice, once all sign by the new one, ends the old"),),
    ),
    Command(
        "keys list",
        "keys:list_keys",
        "whose keys there are",
        examples=(Example("copydesk keys list", "who may push, and until when"),),
    ),
    Command(
        "keys revoke",
        "keys:revoke_keys",
        "end a publisher's keys, or the one with this id",
        (
            arg("name", metavar="NAME|ID"),
            arg("--with-articles", action="store_true", help="and withdraw all that this publisher pushed"),
            arg("--yes", action="store_true", help="do it; without, they are only counted"),
            arg("--because", metavar="WHY", help="kept for good, for whoever asks later"),
        ),
        act=True,
        examples=(
            Example("copydesk keys revoke hue-daily", "the keys alone"),
            Example(
                "copydesk keys revoke hue-daily --with-articles --yes --because 'the key was stolen'",
                "and all that was pushed with them",
            ),
        ),
    ),
)
