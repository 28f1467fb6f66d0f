"""An HTML page: fields from declared and visible evidence, the body in pieces."""

from services.normalize.draft import Draft
from services.normalize.page.article import read_article
from shared.envelope import Raw
from shared.untrusted.markup_limits import check

MOST_TAGS = 60_000  # the richest of a thousand real pages has 12,000


def read(text: str, raw: Raw) -> Draft:
    """Read a page; raises `NotAnArticle` when it is hostile or holds no markup."""
    check(text, max_tags=MOST_TAGS)
    return read_article(text, raw)
