"""Fields that a page declares of itself: address, language, summary, keywords, section, each with its true place."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec.structs import replace

from services.normalize.document import Piece
from services.normalize.grammar.titles import letters, sites_of, without_site
from services.normalize.html.declared import Declared, Json, absolute, plain, resolve
from services.normalize.html.tree import path_of
from services.normalize.readings import Ranking, Reading, RuleId, rank
from shared.article import HeadlineRole
from shared.identity import article_uri

_MOST_KEYWORDS = 40
_SHORTEST = 5  # letters of a title that may be a headline
_SUMMARIES = ("og:description", "description", "twitter:description")


def read_address(declared: Declared) -> Ranking | None:
    """The article's address: a front page's, which some templates call the canonical one of every article, is none."""
    address = declared.address
    if address is None or _is_home(address.value):
        return None
    uri = article_uri(address.value)
    return rank("uri", [replace(address, value=uri)]) if uri else None


def _is_home(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return not parts.path.strip("/") and not parts.query


def read_summary(declared: Declared) -> Ranking | None:
    """The declared summary: a meta's before JSON-LD's."""
    readings = [*metas_said(declared, "description", RuleId.META_SUMMARY, *_SUMMARIES)]
    readings += json_said(declared, declared.article, "description", RuleId.JSON_LD_SUMMARY, "description")
    return rank("description", readings)


def read_section(declared: Declared) -> Ranking | None:
    """The section: JSON-LD's, else a meta's, else the last step of the breadcrumbs before the article."""
    readings = list(json_said(declared, declared.article, "section", RuleId.JSON_LD_SECTION, "articleSection"))
    readings += metas_said(declared, "section", RuleId.META_SECTION, "article:section", "section")
    readings += list(_breadcrumbs(declared))[-1:]
    return rank("section", readings)


def _breadcrumbs(declared: Declared) -> Iterator[Reading]:
    """The steps of JSON-LD's trail but the first, which is the front page, and the last, which is the article."""
    trail = next((node for node in declared.nodes if node.get("@type") == "BreadcrumbList"), None)
    steps = trail.get("itemListElement") if trail is not None else None
    if trail is None or not isinstance(steps, list):
        return
    title = (declared.title or "").casefold()
    for number, step in enumerate(steps):
        item = step.get("item") if isinstance(step, dict) else None
        inner = isinstance(item, dict) and not step.get("name")
        name = plain(item.get("name") if isinstance(item, dict) and inner else step.get("name")) if step else None
        if number and name and name.casefold() not in title:
            place = declared.json_place(trail, f".itemListElement[{number}]{'.item' if inner else ''}.name")
            yield Reading(field="section", value=name, rule=RuleId.BREADCRUMB, place=place, quote=name)


def read_keywords(declared: Declared) -> list[tuple[Reading, tuple[str, ...]]]:
    """The keywords of each source that adds any, with the words it adds: JSON-LD, article:tag, then keyword metas."""
    said = declared.article.get("keywords")
    sources: list[tuple[RuleId, str | None, list[str]]] = []
    if said:
        values = [text for value in (said if isinstance(said, list) else [said]) if (text := _name(value))]
        sources.append((RuleId.JSON_LD_KEYWORDS, declared.json_place(declared.article, ".keywords"), values))
    news = "news_keywords" if "news_keywords" in declared.metas else "keywords"
    for name in ("article:tag", news):
        for number, value in enumerate(declared.metas.get(name, ())):
            sources.append((RuleId.META_KEYWORDS, declared.meta_place(name, number), [value]))
    found: list[tuple[Reading, tuple[str, ...]]] = []
    words: dict[str, None] = {}
    for rule, place, values in sources:
        split = [word.strip() for value in values for word in value.split(",") if word.strip()]
        added = [word for word in dict.fromkeys(split) if word not in words][: _MOST_KEYWORDS - len(words)]
        if added:
            quote = ", ".join(values)
            found.append((Reading(field="keywords", value=quote, rule=rule, place=place, quote=quote), tuple(added)))
            words.update(dict.fromkeys(added))
    return found


def read_lead_picture(declared: Declared, first: Piece | None) -> Ranking | None:
    """The picture that stands for the article: the one declared for networks, JSON-LD's, else the first of the text."""
    readings = [
        *metas_said(declared, "lead_picture", RuleId.OG_IMAGE, "og:image", "og:image:secure_url", "og:image:url")
    ]
    readings += _json_images(declared)
    readings += metas_said(declared, "lead_picture", RuleId.TWITTER_IMAGE, "twitter:image", "twitter:image:src")
    if first is not None and first.href:
        rule, quote = RuleId.FIRST_PICTURE, first.text or first.byline
        readings.append(Reading(field="lead_picture", value=first.href, rule=rule, place=first.path, quote=quote))
    found = [
        replace(reading, value=link)
        for reading in readings
        if (link := absolute(reading.value, declared.canonical)) and link.startswith(("http:", "https:"))
    ]
    return rank("lead_picture", found)


def _json_images(declared: Declared) -> Iterator[Reading]:
    image = declared.article.get("image")
    below = ".image[0]" if isinstance(image, list) else ".image"
    value = image[0] if isinstance(image, list) and image else image
    node, found = declared.article, resolve(declared, value)
    if isinstance(found, dict):
        key = next((key for key in ("url", "contentUrl") if isinstance(found.get(key), str)), None)
        node, below = (node, f"{below}.{key}") if found is value else (found, f".{key}")
        found = found.get(key) if key else None
    if isinstance(found, str) and found.strip():
        place = declared.json_place(node, below)
        yield Reading(
            field="lead_picture", value=found.strip(), rule=RuleId.JSON_LD_IMAGE, place=place, quote=found.strip()
        )


def read_alternates(declared: Declared, headline: Ranking | None) -> list[tuple[Reading, HeadlineRole]]:
    """Other headlines than the believed one: for networks, for search engines, and JSON-LD's alternative."""
    if headline is None:
        return []
    sites = sites_of(declared)
    said: list[tuple[Reading, HeadlineRole]] = []
    for rule, name in ((RuleId.OG_TITLE, "og:title"), (RuleId.TWITTER_TITLE, "twitter:title")):
        said += [(one, "social") for one in metas_said(declared, "alternate_headlines", rule, name)]
    if declared.title and declared.title_element is not None:
        place = path_of(declared.title_element)
        title = Reading(
            field="alternate_headlines", value=declared.title, rule=RuleId.PAGE_TITLE, place=place, quote=declared.title
        )
        said.append((title, "seo"))
    for key in ("alternativeHeadline", "headline"):
        rule = RuleId.JSON_LD_HEADLINE
        said += [(one, "alternate") for one in json_said(declared, declared.article, "alternate_headlines", rule, key)]
    seen = {letters(headline.believed.value)}
    found: list[tuple[Reading, HeadlineRole]] = []
    for reading, role in said:
        value = without_site(reading.value, sites)
        key = letters(value)
        if len(key) > _SHORTEST and key not in seen and not any(key in one or one in key for one in seen):
            seen.add(key)
            found.append((replace(reading, value=value), role))
    return found


def _name(value: object) -> str | None:
    return plain(value.get("name") if isinstance(value, dict) else value)


def metas_said(declared: Declared, field: str, rule: RuleId, *names: str) -> Iterator[Reading]:
    """The first value of each of these metas, in their order."""
    for name in names:
        for value in declared.metas.get(name, ())[:1]:
            yield Reading(field=field, value=value, rule=rule, place=declared.meta_place(name), quote=value)


def json_said(declared: Declared, node: Json, field: str, rule: RuleId, key: str) -> Iterator[Reading]:
    """The text of a key of a JSON-LD object, of a list the first."""
    value = node.get(key)
    below = f".{key}[0]" if isinstance(value, list) else f".{key}"
    text = plain(value[0] if isinstance(value, list) and value else value)
    if text:
        yield Reading(field=field, value=text, rule=rule, place=declared.json_place(node, below), quote=text)
