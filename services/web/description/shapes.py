"""What the answers of the API hold, as types: `/openapi.json` tells them, its test holds each real answer to them.

A member with a default may be absent. Lists and texts of the article itself are those of `shared.article`.
"""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from services.index.engine import Matched
from services.web.wanted import STATES
from shared.article import Article
from shared.envelope import Source
from shared.ledger.events import CHANGE_STATES
from shared.ledger.listing import IN_FLIGHT
from shared.ledger.reader import SETTLED

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, description="RFC 3339, with its zone.")]
Id = Annotated[str, Meta(pattern="^[a-z2-7]{26}$", description="The id that the desk gave the article.")]
ReceiptNumber = Annotated[str, Meta(pattern="^r[a-z0-9]{26}$", description="The number of the receipt.")]
Rev = Annotated[int, Meta(ge=0, description="The revision: it grows with each, and stands in the `ETag`.")]
ChangeState = Annotated[str, Meta(extra_json_schema={"enum": list(CHANGE_STATES)})]
ReceiptState = Annotated[str, Meta(extra_json_schema={"enum": [*IN_FLIGHT, *SETTLED]})]
ListedState = Annotated[str, Meta(extra_json_schema={"enum": list(STATES)})]
Maybe = UnsetType


class Shape(msgspec.Struct, kw_only=True, rename="camel"):
    """An answer, or a part of one."""


class Links(Shape):
    """Addresses on this desk."""

    self: str | Maybe = UNSET
    article: str | Maybe = UNSET
    receipt: str | Maybe = UNSET
    next: str | Maybe = UNSET
    suggestion: str | Maybe = UNSET


class Step(Shape):
    """One step of an input on its way: the state it entered, where, and why."""

    state: ChangeState
    at: Moment
    stage: str | Maybe = UNSET
    note: str | Maybe = UNSET


class Receipt(Shape):
    """What was taken in, or known already."""

    receipt: ReceiptNumber
    article: Id
    rev: Rev
    state: Literal["received", "duplicate", "superseded"]
    links: Links
    stored_version: str | Maybe = UNSET


class Receipts(Shape):
    """Those of a body with several articles, in its order."""

    receipts: list[Receipt]


class Reason(Shape):
    """Why an input ended, in a word and in a sentence."""

    reason: str
    detail: str | None


class Warned(Shape):
    """What was declared and could not be read: where it stands in the article's body, and a sentence."""

    detail: str
    pointer: str | Maybe = UNSET
    path: str | Maybe = UNSET


class TakenBack(Shape):
    """When an article was withdrawn, which it was, and why, as far as that was said."""

    at: Moment
    headline: str | Maybe = UNSET
    reason: str | Maybe = UNSET


class ReceiptStatus(Shape):
    """What became of one input."""

    receipt: ReceiptNumber
    article: Id
    rev: Rev
    state: ReceiptState
    settled: bool
    received: Moment | None
    stages: list[Step]
    links: Links
    attempts: int | Maybe = UNSET
    stage: str | Maybe | None = UNSET
    embargoed_until: Moment | Maybe | None = UNSET
    problem: Reason | Maybe = UNSET
    duplicate_of: str | Maybe = UNSET
    withdrawal: TakenBack | Maybe = UNSET
    warnings: list[Warned] | Maybe = UNSET


class PastRevision(Shape):
    """A revision of the article, with its publisher's label where there is one."""

    rev: Rev
    indexed: Moment
    version: str | None


class ArticleAnswer(Shape):
    """The article as it stands in the index, and everything that is known of it."""

    id: Id
    rev: Rev
    received: Moment
    indexed: Moment
    article: Article
    timeline: list[Step]
    source: Source
    receipts: list[str]
    revisions: list[PastRevision]
    links: Links


class FinishedArticle(ArticleAnswer):
    """The article, for who waited for it (`Prefer: wait=10`), and what became of the push."""

    state: Literal["indexed", "duplicate"]
    receipt: ReceiptNumber
    warnings: list[Warned] | Maybe = UNSET


class Known(Shape):
    """An article that the desk has."""

    id: Id
    rev: Rev


class ToldProblem(Shape):
    """A problem without the request it befell."""

    type: str
    title: str
    status: int
    detail: str | Maybe = UNSET


class Validated(Shape):
    """What would become of one article; `article` is how it reads, `problem` what the push would get."""

    outcome: Literal["new", "revision", "duplicate", "superseded", "withdrawn", "refused"]
    article: Article | Maybe = UNSET
    of: Known | Maybe = UNSET
    held_until: Moment | Maybe = UNSET
    warnings: list[Warned] | Maybe = UNSET
    problem: ToldProblem | Maybe = UNSET


class ValidatedMany(Shape):
    """The same for each article of the body."""

    articles: list[Validated]


class BatchResult(Shape):
    """What became of one item: its receipt or receipts, or the problem that it alone would have got."""

    index: int
    status: int
    line: int | Maybe = UNSET
    name: str | Maybe = UNSET
    receipt: ReceiptNumber | Maybe = UNSET
    article: Id | Maybe = UNSET
    rev: Rev | Maybe = UNSET
    state: str | Maybe = UNSET
    links: Links | Maybe = UNSET
    stored_version: str | Maybe = UNSET
    receipts: list[Receipt] | Maybe = UNSET
    problem: ToldProblem | Maybe = UNSET


class Batch(Shape):
    """A result for each item, in its order."""

    results: list[BatchResult]
    taken: int
    refused: int


class PingedFeed(Shape):
    """A feed that is visited soon, and when at the earliest."""

    feed: str
    due: Moment


class PingedPage(Shape):
    """A page that is visited by itself, and when at the earliest; it becomes an article of the key's publisher."""

    url: str
    due: Moment


class Pinged(Shape):
    """The feeds of that address or of its host; `page` where there are none and the page is below the key's prefix."""

    feeds: list[PingedFeed]
    page: PingedPage | UnsetType = UNSET


Span = Annotated[list[int], Meta(min_length=2, max_length=2, description="From which letter to which, without it.")]


class Highlights(Shape):
    """Where the words that were asked for stand in the texts beside."""

    headline: list[Span]
    snippet: list[Span]


class StorySize(Shape):
    """In how many articles a story stands; who they are `/v1/stories/` tells."""

    articles: int


class StoryMember(Shape):
    """One article of a story: when it was published, or else received, and where it came from."""

    article: Id
    published: Moment
    source: str
    links: Links


class ToldStory(Shape):
    """The articles that say the same, the first of them first: whose words they were."""

    articles: list[StoryMember]
    links: Links


class FoundArticle(Shape):
    """An article that was found, and the passage that speaks for it."""

    article: Id
    rev: Rev
    headline: str | None
    description: str | None
    first_created: dt.datetime | None
    uri: str | None
    snippet: str
    highlights: Highlights
    score: float
    links: Links
    story: StorySize | Maybe = UNSET


class Found(Shape):
    """A page of what was found, the best first."""

    q: str
    total: Annotated[int, Meta(ge=0, description="Counted up to 1000.")]
    matched: Annotated[
        Matched,
        Meta(description="`name`: `q` is spelled as a name of an article, and was not taken for words."),
    ]
    offset: int
    hits: list[FoundArticle]
    suggestion: Annotated[str | None, Meta(description="Another query, where no article has all of the words.")]
    cursor: Annotated[str | None, Meta(description="Of the next page; null on the last.")]
    links: Links
    facets: Annotated[dict[str, dict[str, int]] | Maybe, Meta(description="As asked: how many of each value.")] = UNSET
    behind: Annotated[
        int | Maybe, Meta(description="How many changes of the index the engine of the search does not know yet.")
    ] = UNSET
    stands_in: Annotated[
        bool | Maybe,
        Meta(description="True where the words beside the index answered, as the engine that is set does not."),
    ] = UNSET


class ListedArticle(Shape):
    """One article, or one input that repeats one."""

    article: Id
    rev: Rev
    state: ListedState
    source: str
    links: Links
    received: Moment | Maybe = UNSET
    settled: Moment | Maybe = UNSET
    waited_seconds: float | Maybe = UNSET
    worked_seconds: float | Maybe = UNSET
    receipt: str | Maybe = UNSET
    stage: str | Maybe = UNSET
    headline: str | Maybe = UNSET
    opening: Annotated[str | Maybe, Meta(description="The first words of an article without headline.")] = UNSET
    name: str | Maybe = UNSET
    url: str | Maybe = UNSET
    reason: str | Maybe = UNSET
    note: str | Maybe = UNSET
    attempts: int | Maybe = UNSET
    worker: str | Maybe = UNSET
    came_back: Annotated[bool | Maybe, Meta(description="It failed again after a replay.")] = UNSET
    passage: Annotated[
        list[tuple[str, bool]] | Maybe,
        Meta(description="Where `q` is words: how the article says them, piece by piece, and which they are."),
    ] = UNSET


class ArticleList(Shape):
    """A page of articles, the newest first; `links.next` is the page after it.

    `unknown` is a `q` that is spelled as an id, an address or a path, by which no article is known.
    """

    articles: list[ListedArticle]
    links: Links
    unknown: str | Maybe = UNSET


class ToldChange(Shape):
    """One step of one article; without `article` of a stage or a source at rest."""

    id: str
    state: ChangeState
    at: Moment
    article: str | Maybe = UNSET
    rev: Rev | Maybe = UNSET
    source: str | Maybe = UNSET
    stage: str | Maybe = UNSET
    note: str | Maybe = UNSET


class Changes(Shape):
    """The changes, the oldest first; `last` is the `after` of the next question."""

    changes: list[ToldChange]
    last: str


class DecidedChange(Shape):
    """One change of an article; `edition` counts its words, `current` says whether this still is the last."""

    change: int
    at: Moment
    article: Id
    rev: Rev
    edition: int
    kind: Literal["new", "edit", "withdrawal"]
    current: bool
    source: str
    headline: str | None
    links: Links


class DecidedChanges(Shape):
    """Changes, the oldest first; `after` is where to go on."""

    after: int
    changes: list[DecidedChange]
