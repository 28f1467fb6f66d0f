"""What is told of an article that was taken back, to who may read it: its headline, when, and why."""

from services.index.search import Stored
from services.index.withdrawal import taken_back
from services.web.bodies import moment
from services.web.preferences import etag_of
from services.web.problems import Problem


def gone(article: str, rev: int, stored: Stored | None, only: str) -> Problem:
    """What is answered for an article that its publisher, or the desk, took back: to who sees `only` other publishers'
    articles ("": all) no more than that."""
    if stored is not None and only in ("", stored.owner):
        return gone_to_reader(stored, rev)
    return Problem("withdrawn", "It was withdrawn.", headers={"ETag": etag_of(rev)}, article=article, rev=rev)


def gone_to_reader(stored: Stored, rev: int) -> Problem:
    """The same to who may read the article; what is not in the index yet is told without its reason."""
    told = withdrawal_body(stored)
    name = f"“{stored.article.headline}”" if stored.article.headline else "It"
    when = f" at {told['at']:%Y-%m-%d %H:%M} UTC" if told else ""
    why = f": {told['reason']}" if told.get("reason") else ""
    detail = f"{name} was withdrawn{when}{why}".rstrip(".") + "."
    problem = Problem("withdrawn", detail, headers={"ETag": etag_of(rev)}, article=stored.article_id, rev=rev)
    problem.more |= {"withdrawal": told} if told else {}
    return problem


def withdrawal_body(stored: Stored) -> dict[str, object]:
    """When, why and which, without what nobody said; nothing of an article that stands."""
    found = taken_back(stored)
    if found is None:
        return {}
    told = {"at": moment(found.at_us), "headline": found.headline, "reason": found.reason}
    return {name: value for name, value in told.items() if value is not None}
