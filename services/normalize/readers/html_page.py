"""One page, read: who said what about each field, what was believed, and the body in pieces."""

import datetime as dt
from typing import cast

import msgspec
from msgspec.structs import replace

from services.normalize.document import Draft, Piece, Told
from services.normalize.fields.date import clock_evidence, clock_sureness, is_before, received_at
from services.normalize.fields.date_ranking import Settled, settle_changed, settle_published, settle_told
from services.normalize.fields.language import SAMPLE, language_of
from services.normalize.grammar.printed_byline import Named
from services.normalize.grammar.titles import letters
from services.normalize.grammar.zones import Assigned, assign_zone
from services.normalize.html.authors import author_readings, printed_beside, read_authors, site_letters, split_kinds
from services.normalize.html.blocks import Block as PageBlock
from services.normalize.html.blocks import Box, Outline, read_outline
from services.normalize.html.body import read_body
from services.normalize.html.bylines import Byline
from services.normalize.html.date_witness import DateWitness
from services.normalize.html.dates import date_witnesses
from services.normalize.html.declared import Declared, read_declared, with_own_tongue
from services.normalize.html.declared_fields import (
    read_address,
    read_alternates,
    read_keywords,
    read_lead_picture,
    read_section,
    read_summary,
)
from services.normalize.html.embargoes import embargoes_of_page
from services.normalize.html.headlines import read_headline
from services.normalize.html.hinted import (
    Hinted,
    hinted_authors,
    hinted_bylines,
    hinted_container,
    hinted_date,
    hinted_headline,
    hinted_pictures,
    read_hinted,
    without_hinted,
)
from services.normalize.html.kind import read_access, read_cut, read_kind
from services.normalize.html.live_entries import printed_entries, words_of
from services.normalize.html.not_article import refuse_listing, refuse_other_page
from services.normalize.html.pieces import margins, pieces_of, removed
from services.normalize.html.regions import find_near, find_pictures, find_places
from services.normalize.html.tags import read_tags
from services.normalize.html.title_readings import read_kicker
from services.normalize.html.tree import Element, parse, path_of
from services.normalize.readers.declared_fields import FieldReadings
from services.normalize.readers.live_report import live_entries
from services.normalize.readings import Ranking, Reading, RuleId, contradicting, rank
from shared.article import Article, Block, Evidence, Headline, Person
from shared.envelope import Raw
from shared.errors import NotAnArticle
from shared.hints import has_selectors, without_selectors
from shared.untrusted.markup_limits import check

MOST_TAGS = 60_000  # the richest of a thousand real pages has 12,000
_QUOTE = 200
_BESIDE_TEXT = frozenset({"debris", "picture", "caption", "date", "byline"})
_RUNNING, _SAMPLED = 40, 20  # characters of a block of running text, and how many such blocks tell the language


class _Fields(msgspec.Struct):
    """The article as it fills up, with the evidence for each field."""

    values: dict[str, object] = {}
    evidence: list[Evidence] = []

    def believe(self, ranking: Ranking | None, value: object = None) -> str | None:
        """Keep what a ranking believes, as `value` where that is more than its words; gives the words."""
        if ranking is None:
            return None
        believed = ranking.believed
        self.values[believed.field] = believed.value if value is None else value
        self.evidence.append(ranking.evidence())
        return believed.value


def read(text: str, raw: Raw) -> Draft:
    """Read every field of a page and its body; raises `NotAnArticle` when it is hostile or holds no markup.

    Settings of the source that would leave nothing of the article are set aside, and that is told.
    """
    check(text, max_tags=MOST_TAGS, max_depth=None)
    if not has_selectors(raw.hints):
        return _read(text, raw)
    try:
        draft = _read(text, raw)
    except NotAnArticle:
        draft = Draft()
    if any(piece.shape not in _BESIDE_TEXT for piece in draft.pieces):
        return draft
    rule, plain = RuleId.HINTS_ASIDE, _read(text, replace(raw, hints=without_selectors(raw.hints)))
    aside = Evidence(field="settings", rule=rule.told(raw.hinted_by), sure=rule.sure)
    return replace(plain, evidence=(*plain.evidence, aside))


def _read(text: str, raw: Raw) -> Draft:
    root = parse(text)
    declared = read_declared(root, raw.url)
    hinted = read_hinted(root, raw.hints)
    outline = read_outline(root)
    fields = _Fields(evidence=list(hinted.evidence))
    if not hinted.elements("body"):
        refuse_listing(root, declared)
    ranked = hinted_headline(hinted, read_headline(declared, outline, root, raw.url))
    headline = fields.believe(ranked)
    container, region, head = find_places(outline, headline, hinted_container(hinted, outline))
    declared = with_own_tongue(declared, container)
    told = language_of_page(declared, raw, outline, container)
    spoken = replace(declared, language=told.tag if told is not None else None)
    near = find_near(outline, container, head)
    witnesses = date_witnesses(spoken, outline, near, root, raw.url, _read_on(spoken, raw))
    dated_by = _settle_dates(fields, spoken, witnesses, raw, hinted_date(hinted, spoken.language))
    if not hinted.elements("body"):
        refuse_other_page(root, declared, outline, head, dated_by)
    told_bylines = hinted_bylines(hinted, near, spoken.language)
    names = _settle_people(fields, spoken, author_readings(spoken, outline, container, near), told_bylines)
    _settle_declared(fields, declared, read_tags(root, head))
    if "embargo" in text.lower():
        _settle_embargo(fields, root, raw)
    fields.believe(read_kind(declared, near, head, raw.url))
    _settle_live(fields, spoken, raw, outline, container)
    fields.believe(read_access(declared))
    fields.believe(read_cut(declared, root), True)
    _settle_alternates(fields, declared, ranked, read_kicker(near, head))
    pieces = _pieces(fields, spoken, outline, hinted, (container, region, head), names, raw.url)
    _settle_picture(fields, declared, pieces)
    article = replace(Article(), **fields.values)
    return Draft(pieces=pieces, article=article, evidence=tuple(fields.evidence), told=told)


def _settle_embargo(fields: _Fields, root: Element, raw: Raw) -> None:
    """When an embargo ends that the page declares; raises `EmbargoUnread` where that cannot be read."""
    readings = FieldReadings()
    for name, said, place in embargoes_of_page(root):
        readings.take_embargo(said, raw.source.zone, f"page {name}", place)
    draft = readings.draft(())
    fields.values["embargoed_until"] = draft.article.embargoed_until
    fields.evidence += draft.evidence


def _pieces(
    fields: _Fields,
    declared: Declared,
    outline: Outline,
    hinted: Hinted,
    places: tuple[Box | None, Box | None, PageBlock | None],
    names: tuple[str, ...],
    url: str | None,
) -> tuple[Piece, ...]:
    """The article in pieces, with the lines at its edges that the steps may still read, and what was taken out."""
    container, region, head = places
    if container is None:
        return hinted.left_out
    headline, described = (cast(str | None, fields.values.get(name)) for name in ("headline", "description"))
    body = without_hinted(hinted, read_body(outline, container, head, headline or "", names), outline)
    pictures = hinted_pictures(hinted, find_pictures(outline, container, region, head), outline)
    pieces = pieces_of(outline, body, pictures, headline, described, url)
    dated, signed = "first_created" in fields.values, "byline" in fields.values
    edges = tuple(margins(body, declared.language, dated=dated, signed=signed))
    dates = tuple(piece for piece in edges if piece.shape == "date")
    rest = (piece for piece in edges if piece.shape != "date")
    read = frozenset({*(piece.text for piece in edges), *(seen.quote for seen in fields.evidence if seen.quote)})
    return (*dates, *pieces, *rest, *removed(outline, body, pictures, headline, read), *hinted.left_out)


def _settle_picture(fields: _Fields, declared: Declared, pieces: tuple[Piece, ...]) -> None:
    shown = next((one for one in pieces if one.shape == "picture" and one.href and (one.text or one.byline)), None)
    picture = read_lead_picture(declared, shown)
    if picture is not None:
        fields.believe(picture, Block(type="picture", href=picture.believed.value))


def language_of_page(declared: Declared, raw: Raw, outline: Outline, container: Box | None) -> Told | None:
    """The language of the running text; menus, notices and buttons of a page may be in another one."""
    blocks = outline.blocks if container is None else outline.blocks[container.first : container.last]
    running = [block.text for block in blocks if block.size > _RUNNING] or [block.text for block in blocks]
    sample = " ".join(running[:_SAMPLED])[:SAMPLE]
    return language_of(declared.language, raw.source.language, sample)


def _read_on(declared: Declared, raw: Raw) -> dt.date | None:
    """The day on which the page was read, at its publisher's."""
    received = received_at(raw)
    zone = _zone_of(declared, raw).zone or dt.UTC
    return received.astimezone(zone).date() if received is not None else None


def _zone_of(declared: Declared, raw: Raw) -> Assigned:
    return assign_zone(raw.source.zone, declared.canonical or raw.url, declared.language)


def _settle_dates(
    fields: _Fields, declared: Declared, witnesses: list[DateWitness], raw: Raw, told: DateWitness | None
) -> Reading | None:
    """Settle both days; gives where the first was read. `told` is where the source's settings say that it stands."""
    assigned = _zone_of(declared, raw)
    said, read_on = [_as_said("first_created", witness) for witness in witnesses], _read_on(declared, raw)
    changed = settle_changed(witnesses, assigned)
    published = settle_told(told, witnesses, assigned) if told else settle_published(witnesses, assigned)
    if published is not None:
        moment, sure = published.moment, published.sure if told else _sure(published, read_on)
        best = _as_said("first_created", published.witness)
        fields.believe(Ranking(believed=best, sure=sure, lost=contradicting([best, *said])), moment.value)
        fields.values |= moment.beside()
        if moment.precision != "day":
            fields.evidence.append(clock_evidence(fields.evidence[-1], moment, clock_sureness(sure, moment)))
    if changed is not None and (published is None or not is_before(changed.moment.value, published.moment.value)):
        last = _as_said("version_created", changed.witness)
        fields.believe(Ranking(believed=last, sure=_sure(changed, read_on)), changed.moment.value)
    return _as_said("first_created", published.witness) if published is not None else None


def _as_said(field: str, witness: DateWitness) -> Reading:
    stamp = witness.stamp
    value = stamp.day.isoformat() + (f"T{stamp.time.isoformat()}" if stamp.time else "")
    return Reading(
        field=field, value=value, rule=witness.rule, place=witness.path, quote=witness.quote, note=witness.note
    )


def _sure(settled: Settled, read_on: dt.date | None) -> float:
    return min(settled.sure, 0.5) if _may_be_of_the_masthead(settled.witness, read_on) else settled.sure


def _may_be_of_the_masthead(witness: DateWitness, read_on: dt.date | None) -> bool:
    """A day without a time or a word like "Published" that is today's: a masthead prints it over every article."""
    today = read_on is not None and abs((witness.stamp.day - read_on).days) <= 1
    is_bare = witness.stamp.time is None and not witness.labelled
    return today and witness.rule is RuleId.DATE_LINE and is_bare


def _settle_people(fields: _Fields, declared: Declared, readings: list[Byline], told: list[Byline]) -> tuple[str, ...]:
    """The byline, its people and its organisations; all names, to know a signature by."""
    sites = site_letters(declared)
    signed = hinted_authors(told, read_authors(readings, sites, declared.language))
    if signed is None:
        return ()
    surest = max(ranking.sure for _, ranking in signed.names)
    fields.believe(Ranking(believed=signed.byline, sure=surest, lost=signed.lost))
    rankings = dict(signed.names)
    people, organisations = split_kinds(rankings, sites)
    for field, names in (("people", people), ("organisations", organisations)):
        fields.evidence += [rankings[name].evidence(f"{field}[{place}]") for place, name in enumerate(names)]
    beside = printed_beside([*told, *readings], declared.language)
    said = [beside.get(letters(name), Named(name=name)) for name in people]
    fields.values["people"] = tuple(
        Person(name=name, rel=(one.role,), job_title=one.post) for name, one in zip(people, said, strict=True)
    )
    fields.values["organisations"] = tuple(organisations)
    return tuple(rankings)


def _settle_live(fields: _Fields, declared: Declared, raw: Raw, outline: Outline, container: Box | None) -> None:
    """The entries of a live report, as the page declares them, else as it prints them: a page that does so is one."""
    rule, said = RuleId.LIVE_UPDATE, live_entries(declared.article.get("liveBlogUpdate"), raw, declared.language)
    found = [(declared.json_place(declared.article, f".liveBlogUpdate{below}"), entry) for below, entry in said]
    if not found and container is not None:
        kind, day = fields.values.get("kind"), cast(dt.date | None, fields.values.get("local_day"))
        printed = printed_entries(outline, container, raw, declared.language, day, is_live=kind == "live")
        rule, found = RuleId.LIVE_PRINTED, [(path_of(box.element), entry) for box, entry in printed]
        if found and kind in (None, "news"):
            quote = words_of(found[0][1])[:_QUOTE]
            fields.evidence = [seen for seen in fields.evidence if seen.field != "kind"]
            one = Reading(field="kind", value="live", rule=rule, place=found[0][0], quote=quote)
            fields.believe(rank("kind", [one]))
    fields.values["live_entries"] = tuple(entry for _, entry in found)
    for number, (place, entry) in enumerate(found):
        one = Reading(field=f"live_entries[{number}]", value=words_of(entry)[:_QUOTE], rule=rule, place=place)
        fields.evidence.append(Ranking(believed=one, sure=one.sure).evidence())


def _settle_alternates(fields: _Fields, declared: Declared, headline: Ranking | None, kicker: Reading | None) -> None:
    found = read_alternates(declared, headline)
    if kicker is not None and headline is not None and letters(kicker.value) not in letters(headline.believed.value):
        found.append((kicker, "kicker"))
    fields.values["alternate_headlines"] = tuple(Headline(value=one.value, role=role) for one, role in found)
    for number, (one, _) in enumerate(found):
        fields.evidence.append(Ranking(believed=one, sure=one.sure).evidence(f"alternate_headlines[{number}]"))


def _settle_declared(fields: _Fields, declared: Declared, tags: tuple[Reading, tuple[str, ...]] | None) -> None:
    fields.believe(read_address(declared))
    fields.believe(read_summary(declared))
    fields.believe(rank("language", [declared.tongue] if declared.tongue is not None else []))
    fields.believe(read_section(declared))
    words: tuple[str, ...] = ()
    for reading, said in (*read_keywords(declared), *([tags] if tags is not None else [])):
        added = tuple(word for word in said if word.casefold() not in {known.casefold() for known in words})
        if not added:
            continue
        words = (*words, *added)
        fields.believe(rank("keywords", [reading]), words)
