"""The kind of article, whether it is free to read, and whether its paid part is away."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from services.normalize.html.blocks import Block
from services.normalize.html.body import is_refused
from services.normalize.html.declared import Declared, plain, types_of
from services.normalize.html.tree import Element, text_of
from services.normalize.language.phrases import kind_named
from services.normalize.readings import Ranking, Reading, RuleId, rank
from shared.article import Kind

_TYPES: Mapping[str, Kind] = {
    "advertisercontentarticle": "sponsored", "liveblogposting": "live", "opinionnewsarticle": "opinion",
    "analysisnewsarticle": "analysis", "backgroundnewsarticle": "analysis", "reviewnewsarticle": "review",
    "criticreview": "review", "newsarticle": "news", "reportagenewsarticle": "news",
}  # fmt: skip
_TIERS = {"free": "free", "metered": "metered", "locked": "paid", "paid": "paid", "premium": "paid"}
_LONGEST_LABEL = 40
_BESIDE = 3  # blocks from the headline within which a label is the article's, and not of an advertisement
_SELECTOR = re.compile(r"(?P<sign>[.#])(?P<name>[\w-]+)")
_MOST_PARTS = 5
_SAID_FREE = {True: "free", False: "paid", "true": "free", "false": "paid"}


def kind_of_type(name: str) -> Kind | None:
    """The kind that a type of schema.org says: "https://schema.org/OpinionNewsArticle" is an opinion."""
    return _TYPES.get(name.rpartition("/")[2].lower())


def read_kind(declared: Declared, near: list[Block], head: Block | None, url: str | None) -> Ranking | None:
    """The kind of article: a label beside the headline, else what JSON-LD, the section or the address says."""
    beside = [block for block in near if head is not None and abs(block.index - head.index) <= _BESIDE]
    readings = [*_printed(beside), *_declared(declared), *_addressed(declared.canonical or url)]
    return rank("kind", readings)


def _printed(near: list[Block]) -> Iterator[Reading]:
    for block in near:
        if block.size <= _LONGEST_LABEL and not is_refused(block.box) and (kind := kind_named(block.text)):
            place = block.box.element.getroottree().getpath(block.box.element)
            yield Reading(field="kind", value=kind, rule=RuleId.KIND_LABEL, place=place, quote=block.text)


def _declared(declared: Declared) -> Iterator[Reading]:
    found = types_of(declared.article)
    for name, kind in _TYPES.items():
        if name in found:
            rule = RuleId.KIND_NEWS_TYPE if kind == "news" else RuleId.KIND_TYPE
            place = declared.json_place(declared.article, ".@type")
            said = declared.article.get("@type")
            quote = ", ".join(map(str, said)) if isinstance(said, list) else str(said)
            yield Reading(field="kind", value=kind, rule=rule, place=place, quote=quote)
    for name in ("article:section", "section"):
        for number, value in enumerate(declared.metas.get(name, ())):
            if told := kind_named(value):
                place = declared.meta_place(name, number)
                yield Reading(field="kind", value=told, rule=RuleId.KIND_SECTION, place=place, quote=value)
    section = plain(declared.article.get("articleSection"))
    if section and (told := kind_named(section)):
        place = declared.json_place(declared.article, ".articleSection")
        yield Reading(field="kind", value=told, rule=RuleId.KIND_SECTION, place=place, quote=section)


def _addressed(url: str | None) -> Iterator[Reading]:
    try:
        steps = unquote(urlsplit(url or "").path).split("/")[:-1]
    except ValueError:
        return
    for step in steps:
        if kind := kind_named(step) or kind_named(step.replace("-", " ")):
            yield Reading(field="kind", value=kind, rule=RuleId.KIND_ADDRESS, quote=url)


def read_access(declared: Declared) -> Ranking | None:
    """Whether it is free to read, as JSON-LD or a meta says."""
    said = declared.article.get("isAccessibleForFree")
    free = _SAID_FREE.get(said.lower() if isinstance(said, str) else said) if isinstance(said, str | bool) else None
    readings = []
    if free is not None:
        place = declared.json_place(declared.article, ".isAccessibleForFree")
        rule = RuleId.ACCESS_JSON_LD
        readings.append(Reading(field="access", value=free, rule=rule, place=place, quote=str(said)))
    for value in declared.metas.get("article:content_tier", ()):
        if tier := _TIERS.get(value.lower()):
            place = declared.meta_place("article:content_tier")
            readings.append(Reading(field="access", value=tier, rule=RuleId.ACCESS_META, place=place, quote=value))
    return rank("access", readings)


def read_cut(declared: Declared, root: Element) -> Ranking | None:
    """Whether the part of the text that JSON-LD says is paid for is away: none of its elements is there, or all are
    empty."""
    parts = declared.article.get("hasPart")
    for number, part in enumerate((parts if isinstance(parts, list) else [parts])[:_MOST_PARTS]):
        if not isinstance(part, dict) or _SAID_FREE.get(str(part.get("isAccessibleForFree")).lower()) != "paid":
            continue
        selector = str(part.get("cssSelector") or "")
        named = _SELECTOR.fullmatch(selector)
        if named is None:
            continue
        key = "class" if named["sign"] == "." else "id"
        held = (element for element in root.iter() if named["name"] in (element.get(key) or "").split())
        if not any(len(text_of(element)) > _LONGEST_LABEL for element in held):
            below = f".hasPart{f'[{number}]' if isinstance(parts, list) else ''}.cssSelector"
            place, rule = declared.json_place(declared.article, below), RuleId.PAID_PART_AWAY
            return rank("is_cut", [Reading(field="is_cut", value="true", rule=rule, place=place, quote=selector)])
    return None
