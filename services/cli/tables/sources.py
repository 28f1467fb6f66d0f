"""Commands for whoever sends: feeds, and the keys of publishers."""

from services.cli.arguments import EXPIRES, FEEDS, PREFIX, SCOPE, SOURCE, arg
from services.cli.command import Command

SOURCES = (
    Command(
        "feeds add",
        "feeds:add_feed",
        "subscribe to a feed",
        (arg("url", metavar="URL"), *SOURCE),
        act=True,
    ),
    Command("feeds list", "feeds:list_feeds", "the feeds and when each is due"),
    Command("feeds refresh", "feeds:refresh_feeds", "visit feeds now", FEEDS, act=True),
    Command("feeds resume", "feeds:resume_feeds", "begin anew with feeds that failed or ended (410)", FEEDS, act=True),
    Command("feeds remove", "feeds:remove_feed", "end a subscription", (arg("url", metavar="URL"),), act=True),
    Command(
        "keys create",
        "keys:create_key",
        "make a key for a publisher, a monitor or an operator; it is shown once",
        (arg("name", metavar="NAME"), SCOPE, EXPIRES, PREFIX, *SOURCE),
        act=True,
    ),
    Command(
        "keys add",
        "keys:add_prefixes",
        "give a publisher's keys the pages below an address; make a key where there is none yet",
        (arg("name", metavar="NAME"), SCOPE, EXPIRES, PREFIX, *SOURCE),
        act=True,
    ),
    Command(
        "keys take",
        "keys:take_prefixes",
        "take pages back that a publisher's keys carry",
        (arg("name", metavar="NAME"), PREFIX),
        act=True,
    ),
    Command(
        "keys scope",
        "keys:scope_keys",
        "say anew what a publisher's keys, or the one with this id, may do",
        (arg("name", metavar="NAME|ID"), SCOPE),
        act=True,
    ),
    Command("keys list", "keys:list_keys", "whose keys there are"),
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
    ),
)
