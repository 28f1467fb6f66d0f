"""One page, read: who said what about each field, what was believed, and the body in pieces."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from services.normalize.draft import Draft, Piece, Shape
from services.normalize.page.authors import author_witnesses, choose_authors, site_letters, split_kinds
from services.normalize.page.body import Body, find_container, is_heading, is_refused, read_body
from services.normalize.page.captions import Picture, read_pictures
from services.normalize.page.dates import Settled, date_witnesses, settle_changed, settle_published
from services.normalize.page.declared import Declared, plain, read_declared
from services.normalize.page.headline import choose_headline, headline_witnesses, letters
from services.normalize.page.outline import Block, Box, Outline, read_outline
from services.normalize.page.margins import margins
from services.normalize.page.tree import parse, path_of
from services.normalize.page.witness import Witness, evidence_for
from shared.article import Article, Evidence, Person
from shared.messages import Raw

_TRACKING = (
    "utm_",
    "fbclid",
    "gclid",
    "mc_cid",
    "mc_eid",
    "igshid",
    "wt_mc",
    "wt_zmc",
    "ns_mchannel",
    "ns_source",
    "ns_campaign",
    "cmpid",
    "xtor",
    "at_medium",
    "at_campaign",
    "ref_src",
    "_ga",
    "yclid",
    "dclid",
    "msclkid",
    "spm",
)


def read_article(text: str, raw: Raw) -> Draft:
    """Read every field of a page and its body."""
    root = parse(text)
    declared = read_declared(root, raw.url)
    outline = read_outline(root)
    evidence: list[Evidence] = []
    titles = headline_witnesses(declared, outline, root)
    title = choose_headline(titles)
    container = find_container(outline, _head_block(outline, outline.boxes[0], title) if outline.boxes else None)
    region, head = _region(outline, container, title)
    near = _near(outline, container, head)
    dates = date_witnesses(declared, outline, near, root, raw.url)
    language = declared.language or raw.source.language
    published = settle_published(dates, declared.canonical or raw.url, language, raw.source.zone)
    changed = settle_changed(dates, declared.canonical or raw.url, language, raw.source.zone)
    bylines = author_witnesses(declared, near, [], root)
    sites = site_letters(declared)
    byline, names = choose_authors(bylines, sites)
    people, organisations = split_kinds(names, sites)
    pictures = _pictures(outline, container, region, head)
    body = (
        read_body(outline, container, head, title.value if title else "", tuple(names))
        if container is not None
        else None
    )
    pieces = _pieces(body, pictures, title)
    if body is not None:
        marginal = tuple(margins(body, language, dated=published is not None, signed=byline is not None))
        pieces = (*(piece for piece in marginal if piece.shape == "date"), *pieces, *(piece for piece in marginal if piece.shape != "date"))
    pieces = _with_lead(pieces, _description(declared))
    if title is not None:
        evidence.append(evidence_for("headline", title, titles, 0.9))
    if byline is not None:
        evidence.append(evidence_for("byline", byline, bylines, min(0.95, 0.5 + byline.weight / 20)))
    if published is not None:
        evidence.append(_date_evidence("firstCreated", published, dates))
    article = Article(
        uri=clean_link(declared.canonical),
        headline=title.value if title else None,
        first_created=published.moment if published else None,
        version_created=changed.moment if changed else None,
        precision=published.precision if published else None,  # type: ignore[arg-type]
        zone_rule=published.zone_rule if published else None,
        local_day=published.day if published else None,
        byline=(byline.quote or byline.value) if byline else None,
        people=tuple(Person(name=name) for name in people),
        organisations=tuple(organisations),
        description=_description(declared),
        language=language,
        keywords=_keywords(declared),
        section=_section(declared),
    )
    return Draft(pieces=pieces, article=article, evidence=tuple(evidence))


def clean_link(link: str | None) -> str | None:
    """An address without fragment and tracking parameters."""
    if not link:
        return None
    try:
        parts = urlsplit(link)
        query = [
            (key, value)
            for key, value in parse_qsl(parts.query, keep_blank_values=True)
            if not key.lower().startswith(_TRACKING)
        ]
        return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
    except ValueError:
        return link


def _region(outline: Outline, container: Box | None, title: Witness | None) -> tuple[Box | None, Block | None]:
    """The smallest box with the body and the headline, and the headline's block."""
    if container is None:
        return None, None
    head = _head_block(outline, container, title)
    region = container
    while head is not None and region.parent is not None and not region.first <= head.index < region.last:
        region = region.parent
    return region, head


def _head_block(outline: Outline, container: Box, title: Witness | None) -> Block | None:
    """The block that shows the headline: its words in a heading, its words anywhere, else the nearest h1 before the body."""
    if title is None:
        return None
    wanted = letters(title.value)
    open_blocks = [block for block in outline.blocks[: container.last] if not is_refused(block.box)]
    same = [
        block for block in open_blocks if len(block.text) < 2 * len(title.value) + 20 and letters(block.text) == wanted
    ]
    heads = [block for block in same if is_heading(block.box)] or same
    before = [block for block in heads if block.index <= container.first + 3]
    if before or heads:
        return before[-1] if before else heads[0]
    tall = [block for block in open_blocks if is_heading(block.box, "h1") and block.index <= container.first + 3]
    return tall[-1] if tall else None


def _near(outline: Outline, container: Box | None, head: Block | None) -> list[Block]:
    """The blocks where date and byline lines stand: round the headline, at the head of the body, at its end."""
    if container is None:
        return outline.blocks[:60]
    start = max(0, head.index - 8 if head is not None else container.first - 25)
    stop = min(len(outline.blocks), max(container.first, head.index if head is not None else 0) + 12)
    tail = [
        block
        for block in outline.blocks[max(stop, container.last - 4) : container.last + 30]
        if not is_refused(block.box) or "author" in block.box.names
    ]
    return outline.blocks[start:stop][:80] + [block for block in tail if "comment" not in block.box.names]


def _pictures(outline: Outline, container: Box | None, region: Box | None, head: Block | None) -> list[Picture]:
    """The pictures of the body, of the head above it, and the one or two that stand right over the headline."""
    if container is None or region is None:
        return []
    scope, first = region, region.first
    for _ in range(3):
        parent = scope.parent
        if parent is None or parent.tag in {"body", "html"}:
            break
        scope = parent
    above = 0
    start = min(first, head.index if head is not None else first)
    while start > scope.first and above + outline.blocks[start - 1].size < 350:
        start -= 1
        above += outline.blocks[start].size
    return read_pictures(outline, scope, region, start, max(container.last - 1, container.first))


def _pieces(body: Body | None, pictures: list[Picture], title: Witness | None) -> tuple[Piece, ...]:
    if body is None:
        return ()
    taken = {index for picture in pictures for index in picture.blocks}
    titled = letters(title.value) if title else ""
    placed: list[tuple[int, Piece]] = [(picture.index, _picture_piece(picture)) for picture in pictures]
    for blocks, shape in ((body.lead, "lead"), (body.kept, None)):
        for block in blocks:
            if block.index not in taken and letters(block.text) != titled:
                placed.append(
                    (block.index, Piece(text=block.text, shape=shape or _shape(block), path=path_of(block.box.element)))
                )
    placed.sort(key=lambda pair: pair[0])
    return tuple(piece for _, piece in placed)


def _with_lead(pieces: tuple[Piece, ...], description: str | None) -> tuple[Piece, ...]:
    """The first paragraph is the lead when the page describes itself in the same words."""
    first = next((place for place, piece in enumerate(pieces) if piece.shape in ("lead", "paragraph")), None)
    if first is None or pieces[first].shape == "lead" or letters(pieces[first].text) != letters(description or ""):
        return pieces
    return (*pieces[:first], msgspec.structs.replace(pieces[first], shape="lead"), *pieces[first + 1 :])


def _picture_piece(picture: Picture) -> Piece:
    return Piece(
        text=picture.caption, shape="picture", path=path_of(picture.element), byline=picture.credit, href=picture.href
    )


def _shape(block: Block) -> Shape:
    if block.box.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
        return "heading"
    return "paragraph"


def _description(declared: Declared) -> str | None:
    for _, value in declared.meta("og:description", "description", "twitter:description"):
        return value
    return plain(declared.article.get("description"))


def _keywords(declared: Declared) -> tuple[str, ...]:
    words: list[str] = []
    value = declared.article.get("keywords")
    values = value if isinstance(value, list) else [value]
    for item in [
        *values,
        *declared.metas.get("article:tag", ()),
        *declared.metas.get("news_keywords", declared.metas.get("keywords", ())),
    ]:
        words += [word for part in (plain(item) or "").split(",") if (word := part.strip())]
    return tuple(dict.fromkeys(words))[:40]


def _section(declared: Declared) -> str | None:
    value = declared.article.get("articleSection")
    value = value[0] if isinstance(value, list) and value else value
    return plain(value) or next((value for _, value in declared.meta("article:section", "section")), None)


def _date_evidence(field: str, settled: Settled, witnesses: list) -> Evidence:  # type: ignore[type-arg]
    def said(one):  # type: ignore[no-untyped-def]
        return Witness(
            value=one.stamp.day.isoformat() + (f"T{one.stamp.time}" if one.stamp.time else ""),
            rule=one.rule,
            path=one.path,
            quote=one.quote,
        )

    return evidence_for(
        field, said(settled.witness), [said(w) for w in witnesses], min(0.98, 0.4 + settled.witness.weight / 15)
    )
