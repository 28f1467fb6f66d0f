"""Who wrote it: declared authors and visible bylines name people; a fitted model says which of the names to believe."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from services.normalize.grammar.person_names import is_name, is_organisation
from services.normalize.grammar.printed_byline import (
    Named,
    is_agency_mark,
    is_handle,
    is_lead,
    is_person,
    named_in,
    read_names,
)
from services.normalize.grammar.titles import letters, sites_of
from services.normalize.html.blocks import Block, Box, Outline
from services.normalize.html.body import is_refused
from services.normalize.html.bylines import Byline, unique_names, visible_bylines
from services.normalize.html.declared import Declared, Json, name_in_parts, plain, resolve, types_of
from services.normalize.html.tree import Element, path_of, text_of
from services.normalize.models.load import Features, logit, shares, weights
from services.normalize.readings import Ranking, Reading, RuleId

_METAS = (
    *(
        (name, RuleId.META_AUTHOR)
        for name in (
            "author", "article:author", "parsely-author", "sailthru.author", "citation_author", "byl", "authors",
            "article:author_name", "article_author", "cxenseparse:author", "vr:author", "og:article:author",
            "book:author", "rbauthors", "shareaholic:article_author_name",
        )
    ),
    *((name, RuleId.META_CREATOR) for name in ("dc.creator", "dcterms.creator", "dc.contributor", "creator")),
)  # fmt: skip
_JSON_KEYS = (
    ("author", RuleId.JSON_LD_AUTHOR),
    ("creator", RuleId.JSON_LD_CREATOR),
    ("contributor", RuleId.JSON_LD_CONTRIBUTOR),
)
_LONGEST_NAMES = 150
_MANY, _VERY_MANY = 5, 12
BELIEVED = 0.45  # from this share on a name is the author's: about half of the F1 that can be had
_MOST_NAMES = 150
_SHORT = 4  # letters of a name that may stand in another by chance
_BESIDE = 3  # blocks within which the authors of one article stand
_LOST = 6


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Who is believed: each name with its ranking, and the byline that prints most of them."""

    byline: Byline
    names: tuple[tuple[str, Ranking], ...]
    lost: tuple[Reading, ...] = ()


def author_readings(declared: Declared, outline: Outline, container: Box | None, near: list[Block]) -> list[Byline]:
    """Everybody who says who wrote the article, the surest first."""
    found = [
        *_from_json(declared),
        *_from_metas(declared),
        *_from_micro(declared, outline),
        *visible_bylines(outline, container, near, declared.language),
    ]
    return sorted((byline for byline in found if byline.names), key=lambda byline: byline.late - byline.sure)


def read_authors(readings: Sequence[Byline], sites: frozenset[str], language: str | None) -> Signed | None:
    """The names that the model believes, in the order of the byline that prints most of them."""
    likely = {
        key: (name, shares([features], weights("people"))[0])
        for key, name, features in name_candidates(readings, sites, language)
    }
    believed = {key for key, (_, share) in likely.items() if share >= BELIEVED}
    if not believed:
        return None
    byline = max(readings, key=lambda one: _holds(one, believed))
    order = {letters(name): None for one in (byline, *readings) for name in one.names}
    names = [
        (likely[key][0], _ranking(likely[key][0], key, likely[key][1], readings)) for key in order if key in believed
    ]
    lost = {
        name: Reading(field="byline", value=name, rule=one.rule, place=one.place)
        for one in readings
        for name in one.names
        if letters(name) not in believed
    }
    return Signed(byline=byline, names=tuple(names), lost=tuple(lost.values())[:_LOST])


def printed_beside(readings: Sequence[Byline], language: str | None) -> dict[str, Named]:
    """The role and the post that the bylines print beside names, by a name's letters: "Anna Berg, Redakteurin"."""
    said = {one.quote for one in readings if one.quote and any(one.quote != name for name in one.names)}
    named = [named for quote in sorted(said) for named in named_in(quote, language)]
    return {letters(one.name): one for one in sorted(named, key=lambda one: (one.role != "author", bool(one.post)))}


def _holds(byline: Byline, believed: set[str]) -> float:
    mine = [letters(name) in believed for name in byline.names]
    return 2.0 * sum(mine) - len(mine) if any(mine) else -1.0 * len(mine) - 9


def _ranking(name: str, key: str, share: float, readings: Sequence[Byline]) -> Ranking:
    """The surest reading of a name, with the model's sureness."""
    best = next(one for one in readings if any(letters(other) == key for other in one.names))
    said = Reading(field="people", value=name, rule=best.rule, place=best.place, quote=best.quote, weight=logit(share))
    return Ranking(believed=said, sure=share)


def name_candidates(
    readings: Sequence[Byline], sites: frozenset[str], language: str | None
) -> list[tuple[str, str, Features]]:
    """Each different name once: its letters, its spelling by the surest reading, the model's features."""
    spelt: dict[str, str] = {}
    for one in readings:
        for name in one.names:
            if len(spelt) < _MOST_NAMES:
                spelt.setdefault(letters(name), name)
    people = {key for key, name in spelt.items() if is_person(name, language) and not is_site(name, sites)}
    naming: dict[str, list[Byline]] = {}
    for one in readings:
        for key in {letters(name) for name in one.names}:
            naming.setdefault(key, []).append(one)
    by_rule: dict[RuleId, list[str]] = {}
    for one in readings:
        by_rule.setdefault(one.rule, []).extend(letters(name) for name in one.names)
    top = next((keys for one in readings if (keys := {letters(name) for name in one.names}) & people), set[str]())
    confirmed = {key for key, said in naming.items() if len({one.rule for one in said}) > 1}
    return [
        (
            key,
            name,
            _features(key, naming[key], by_rule, confirmed, people)
            | _of_name(key, name, people, sites, language)
            | {"beside the surest people": float(bool(top) and key not in top)},
        )
        for key, name in spelt.items()
    ]


def _features(
    key: str, naming: list[Byline], by_rule: dict[RuleId, list[str]], confirmed: set[str], people: set[str]
) -> Features:
    rules = {one.rule for one in naming}
    found = {f"{_short(rule)} names it": 1.0 for rule in rules}
    for rule, keys in by_rule.items():
        if rule not in rules:
            found[f"{_short(rule)} names others"] = 1.0
        else:
            found[f"{_short(rule)} names it first"] = float(keys[0] == key)
    kinds = {_kind_of(rule) for rule in rules}
    found["declared and printed"] = float(len(kinds) > 1)
    declared = [keys for rule, keys in by_rule.items() if _kind_of(rule) == "declared"]
    found["printed only"] = float(kinds == {"printed"} and bool(declared))
    nobody = bool(declared) and all(people.isdisjoint(keys) for keys in declared)
    found["a person where none is declared"] = float(nobody and key in people)
    is_declared = RuleId.JSON_LD_AUTHOR in rules or RuleId.MICRODATA_AUTHOR in rules
    found["no person, declared"] = float(is_declared and key not in people)
    found["no person, printed only"] = float(kinds == {"printed"} and key not in people)
    found["a person, declared"] = float(is_declared and key in people)
    found["read twice"] = float(len(rules) > 1)
    found["read thrice"] = float(len(rules) > 2)
    shortest = min((set(by_rule[rule]) for rule in rules), key=len)
    first = any(by_rule[rule][0] == key for rule in rules)
    found["one of many"] = float(len(shortest) > _MANY)
    found["one of many, of whom others are confirmed"] = float(
        len(shortest) > _MANY and key not in confirmed and bool(shortest & confirmed)
    )
    found["one of very many, not the first"] = float(len(shortest) > _VERY_MANY and not first)
    found["far from the headline"] = min(one.late for one in naming)
    return found


def _of_name(key: str, name: str, people: set[str], sites: frozenset[str], language: str | None) -> Features:
    words = name.split()
    is_person = key in people
    outlet = is_site(name, sites)
    return {
        "a person": float(is_person),
        "spelt like a name": float(is_name(name, language or "und")),
        "the outlet": float(outlet),
        "the outlet beside people": float(outlet and bool(people)),
        "an organisation": float(not outlet and is_organisation(name)),
        "an organisation beside people": float(not is_person and not outlet and bool(people)),
        "an agency": float(is_agency_mark(name)),
        "one word": float(len(words) == 1),
        "a pseudonym": float(len(words) == 1 and is_handle(name)),
        "five words or more": float(len(words) > 4),
        "a word in lower case": float(any(word[0].islower() and len(word) > 3 for word in words)),
        "no capital": float(name == name.lower() and name != name.upper()),
        "a figure": float(any(letter.isdigit() for letter in name)),
        "a sign": float(any(letter in "!?:;/|©@↩" for letter in name)),
        "people are many": float(len(people) > _MANY),
        "holds another name": float(any(other in key and other != key for other in people if len(other) > _SHORT)),
    }


def _short(rule: RuleId) -> str:
    return rule.name.lower().replace("_", " ")


def _kind_of(rule: RuleId) -> str:
    return "declared" if rule in _DECLARED else "printed"


_DECLARED = frozenset(
    {
        RuleId.JSON_LD_AUTHOR, RuleId.JSON_LD_CREATOR, RuleId.JSON_LD_CONTRIBUTOR, RuleId.JSON_LD_PAGE_AUTHOR,
        RuleId.META_AUTHOR, RuleId.META_CREATOR, RuleId.META_LABELLED, RuleId.META_UNLABELLED,
    }
)  # fmt: skip


def is_site(name: str, sites: frozenset[str]) -> bool:
    """Whether it is the outlet's name, or its initials are: `Deutsche Welle` on `dw.com`."""
    initials = "".join(word[0] for word in name.split()).casefold()
    return letters(name) in sites or any(initials + end in sites for end in ("", "com", "org", "net", "de", "fr", "tv"))


def site_letters(declared: Declared) -> frozenset[str]:
    """The outlet's names, folded, to know them when they sign as an author."""
    return frozenset(sites_of(declared))


def split_kinds(names: Iterable[str], sites: frozenset[str]) -> tuple[list[str], list[str]]:
    """People and organisations of a byline."""
    people, organisations = list[str](), list[str]()
    for name in names:
        (organisations if is_organisation(name, sites) else people).append(name)
    return people, organisations


def _from_json(declared: Declared) -> Iterator[Byline]:
    said = [(declared.article, key, rule) for key, rule in _JSON_KEYS]
    for node, key, rule in (*said, (declared.page, "author", RuleId.JSON_LD_PAGE_AUTHOR)):
        value = node.get(key)
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            below = f".{key}[{number}]" if isinstance(value, list) else f".{key}"
            yield from _json_names(declared, node, below, item, rule)


def _json_names(declared: Declared, node: Json, below: str, item: object, rule: RuleId) -> Iterator[Byline]:
    found = resolve(declared, item)
    if isinstance(found, dict):
        if found is not item:
            node, below = found, ""
        names = found.get("name")
        key, whole = name_in_parts(found)
        if key and not names:
            yield _byline((whole,), rule, declared.json_place(node, f"{below}.{key}"), plain(found.get(key)) or whole)
        for number, name in enumerate(names if isinstance(names, list) else [names]):
            place = declared.json_place(node, f"{below}.name[{number}]" if isinstance(names, list) else f"{below}.name")
            text = plain(name)
            if text:
                yield _byline(_read(text, types_of(found), declared.language), rule, place, text)
    elif text := plain(found):
        yield _byline(read_names(text, declared.language), rule, declared.json_place(node, below), text)


def _read(text: str, types: set[str], language: str | None) -> Iterable[str]:
    """The names of a person's node; an organisation's is one, however it is written."""
    names = read_names(text, language)
    return [text] if names and "organization" in types and "person" not in types else names


def _byline(names: Iterable[str], rule: RuleId, place: str | None, quote: str) -> Byline:
    return Byline(value=quote, rule=rule, place=place, quote=quote, names=unique_names(names))


def _from_metas(declared: Declared) -> Iterator[Byline]:
    for name, rule in (*_METAS, *_labelled(declared)):
        for number, value in enumerate(declared.metas.get(name, ())):
            yield _byline(read_names(value, declared.language), rule, declared.meta_place(name, number), value)


def _labelled(declared: Declared) -> Iterator[tuple[str, RuleId]]:
    """Twitter's free fields: `twitter:label1` says "Written by" in any language, `twitter:data1` by whom."""
    for number in ("1", "2"):
        for label in declared.metas.get(f"twitter:label{number}", ()):
            rule = RuleId.META_LABELLED if is_lead(label) else RuleId.META_UNLABELLED
            yield f"twitter:data{number}", rule


def _from_micro(declared: Declared, outline: Outline) -> Iterator[Byline]:
    """Authors by microdata: those of other items, of margins and of teasers further down are of other articles."""
    main, first = _main_item(declared), None
    for value, element in declared.micro.get("author", ()):
        inner = next((child for child in element.iter() if child.get("itemprop") == "name"), None)
        text = (inner.get("content") or text_of(inner)) if inner is not None else value or text_of(element)
        if not text or len(text) >= _LONGEST_NAMES or _is_comment(element):
            continue
        box = outline.box_of(element)
        at = box.first if box is not None else 0
        first = at if first is None else first
        of_others = box is not None and is_refused(box)
        is_main = _item_of(element) is main and at <= first + _BESIDE and not of_others
        rule = RuleId.MICRODATA_AUTHOR if is_main else RuleId.MICRODATA_AUTHOR_ELSEWHERE
        yield _byline(read_names(text, declared.language), rule, path_of(element if inner is None else inner), text)


def _main_item(declared: Declared) -> Element | None:
    """The item that is the article: whose text or headline is marked, else one that holds the page's heading."""
    for name in ("articlebody", "headline", "datepublished"):
        for _, element in declared.micro.get(name, ())[:1]:
            return _item_of(element)
    items = (_item_of(element) for _, element in declared.micro.get("author", ()))
    return next((item for item in items if item is not None and next(item.iter("h1"), None) is not None), None)


def _item_of(element: Element) -> Element | None:
    """The microdata item that a property belongs to: the nearest element above it with an `itemscope`."""
    return next((node for node in element.iterancestors() if node.get("itemscope") is not None), None)


def _is_comment(element: Element) -> bool:
    around = (element, *element.iterancestors())
    return any("comment" in f"{node.get('class')} {node.get('id')}".lower() for node in around)
