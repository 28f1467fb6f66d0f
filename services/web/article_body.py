"""One article of the index as it is told in our own JSON: with its evidence, its way and its revisions."""

from services.index.search import Stored
from services.web.bodies import moment
from services.web.links import link_to
from services.web.responses import stages_of


def article_body(stored: Stored) -> dict[str, object]:
    """The article, and everything that is known of it."""
    return {
        "id": stored.article_id,
        "rev": stored.rev,
        "received": moment(stored.received_us),
        "indexed": moment(stored.indexed_us),
        "article": stored.article,
        "timeline": stages_of(stored.timeline),
        "source": stored.came_from,
        "receipts": stored.receipts,
        "revisions": [
            {"rev": past.rev, "indexed": moment(past.indexed_us), "version": past.version} for past in stored.revisions
        ],
        "links": {"self": link_to(f"/v1/articles/{stored.article_id}")},
    }
