"""Which language an article is in: its own words win by far over a template, and both are told."""

import json
import tomllib
from pathlib import Path

import msgspec
import pytest

from services.normalize.fields.language import ENOUGH_WORDS, language_of, likelihoods
from services.normalize.language.load import GENERIC, languages
from services.normalize.pipeline import normalize
from services.normalize.readings import RuleId
from shared.article import Article, Evidence
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Raw, Source

SENTENCES = tomllib.loads(Path(__file__).with_name("language_texts.toml").read_text(encoding="utf-8"))
TEXTS: dict[str, str] = SENTENCES["listed"]
UNLISTED: dict[str, str] = SENTENCES["unlisted"]
TEMPLATES = ("en", "vi", "fr-FR")


def test_every_language_with_a_file_is_told_by_its_words() -> None:
    assert set(TEXTS) == set(languages()) - {GENERIC}


@pytest.mark.parametrize("tag", TEXTS)
def test_the_words_tell_the_language(tag: str) -> None:
    likely = likelihoods(TEXTS[tag])
    best = max(likely, key=likely.__getitem__)
    assert best == tag
    assert likely[tag] > 0.5
    assert sum(likely.values()) == pytest.approx(1)


@pytest.mark.parametrize("tag", TEXTS)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_does_not_outweigh_the_words(tag: str, template: str) -> None:
    told = language_of(template, None, TEXTS[tag])
    assert told is not None
    if template[:2] == tag:
        assert (told.tag, told.rule, told.lost) == (template, RuleId.LANGUAGE_DECLARED, None)
    else:
        assert (told.tag, told.rule, told.lost) == (tag, RuleId.LANGUAGE_OF_TEXT, template)


@pytest.mark.parametrize("tag", TEXTS)
def test_a_true_declaration_is_kept_with_its_region(tag: str) -> None:
    told = language_of(f"{tag}-XX", None, TEXTS[tag])
    assert told is not None
    assert (told.tag, told.sure) == (f"{tag}-XX", RuleId.LANGUAGE_DECLARED.sure)


@pytest.mark.parametrize("tag", UNLISTED)
def test_a_language_without_a_file_is_believed_where_it_is_declared(tag: str) -> None:
    told = language_of(tag, None, UNLISTED[tag])
    assert told is not None
    assert (told.tag, told.sure) == (tag, RuleId.LANGUAGE_DECLARED.sure)


@pytest.mark.parametrize("tag", UNLISTED)
def test_and_under_another_declaration_that_one_is_doubted(tag: str) -> None:
    told = language_of("en", None, UNLISTED[tag])
    assert told is not None
    assert (told.tag, told.sure) == ("en", 0.5)


@pytest.mark.parametrize(
    ("words", "declared"),
    [
        pytest.param("Le pont est fermé", "en", id="four words"),
        pytest.param("Paris Saint-Germain 2, Olympique de Marseille 1", "en", id="names"),
        pytest.param("12:30 4 - 2", "vi", id="figures"),
        pytest.param("", "vi", id="nothing"),
    ],
)
def test_a_few_words_say_nothing_against_a_declaration(words: str, declared: str) -> None:
    told = language_of(declared, None, words)
    assert told is not None
    assert (told.tag, told.sure) == (declared, RuleId.LANGUAGE_DECLARED.sure)
    assert len(words.split()) <= ENOUGH_WORDS


def test_a_quotation_in_another_language_changes_nothing() -> None:
    told = language_of("de", None, f"{TEXTS['de']} „The bridge is open again“, sagte sie. {TEXTS['de']}")
    assert told is not None
    assert (told.tag, told.lost) == ("de", None)


def test_the_setting_of_a_source_counts_where_nothing_is_declared() -> None:
    told = language_of(None, "no", "Broen åpner")
    assert told is not None
    assert (told.tag, told.rule) == ("no", RuleId.LANGUAGE_OF_SOURCE)


def read_at(door: str, declared: str | None, words: str) -> Article:
    """The article of a door that declares a language in its own way."""
    half = len(words) // 2
    if door == "page":
        lang = f" lang={declared}" if declared else ""
        markup = f"<html{lang}><body><nav>Home</nav><article><h1>A B C</h1><p>{words}</p><p>{words}</p>"
        body, media_type = f"{markup}</article></body></html>".encode(), "text/html"
    elif door == "feed":
        entry = FeedEntry(feed="https://a.example/f", title="A B C", summary=words[:half], language=declared)
        body, media_type = msgspec.json.encode(msgspec.structs.replace(entry, content=words)), FEED_ENTRY_TYPE
    elif door == "schema.org":
        item: dict[str, str | None] = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "A B C"}
        item["articleBody"] = words
        body, media_type = json.dumps(item | {"inLanguage": declared}).encode(), "application/ld+json"
    else:
        item = {"uri": "urn:a", "headline": "A B C", "body_text": words, "language": declared}
        body, media_type = json.dumps(item).encode(), "application/json"
    return normalize(Raw(source=Source(kind="push", name="t"), media_type=media_type, body=body, received_us=1))


def language_evidence(article: Article) -> Evidence:
    (evidence,) = [one for one in article.evidence if one.field == "language"]
    return evidence


@pytest.mark.parametrize("door", ["page", "feed", "ninjs", "schema.org"])
@pytest.mark.parametrize("tag", ["fr", "ar", "ja", "vi"])
def test_every_door_tells_the_language_once_and_what_it_did_not_believe(door: str, tag: str) -> None:
    article = read_at(door, "en", TEXTS[tag])
    evidence = language_evidence(article)
    assert article.language == tag
    assert evidence.rule == RuleId.LANGUAGE_OF_TEXT.words
    assert [one.value for one in evidence.lost] == ["en"]


@pytest.mark.parametrize("door", ["page", "feed", "ninjs", "schema.org"])
def test_a_declaration_that_is_believed_keeps_its_place(door: str) -> None:
    article = read_at(door, "fr-CA", TEXTS["fr"])
    evidence = language_evidence(article)
    assert article.language == "fr-CA"
    assert evidence.path is not None
    assert evidence.lost == ()


@pytest.mark.parametrize(
    ("page", "article", "expected", "path"),
    [
        pytest.param("en-US", "fr-FR", "fr-FR", "/html/body/main/article", id="the article's own goes first"),
        pytest.param("en-US", "", "fr", None, id="else the words against the page's"),
        pytest.param("fr-BE", "", "fr-BE", "/html", id="else the page's"),
        pytest.param("fr-BE", "ro-RO", "fr", None, id="the article's own may be a template's too"),
    ],
)
def test_an_article_says_its_language_itself(page: str, article: str, expected: str, path: str | None) -> None:
    own = f" lang={article}" if article else ""
    words = f"<p>{TEXTS['fr']}</p>" * 2
    markup = f"<html lang={page}><body><main><article{own}><h1>A B C</h1><div>{words}</div></article></main>"
    found = normalize(
        Raw(source=Source(kind="push", name="t"), media_type="text/html", body=markup.encode(), received_us=1)
    )
    assert (found.language, language_evidence(found).path) == (expected, path)


def test_notices_of_a_page_do_not_tell_its_language() -> None:
    notices = "".join(f"<div class=cookie><p>{TEXTS['en']}</p></div>" for _ in range(2))
    words = f"<p>{TEXTS['vi']}</p>" * 4
    markup = f"<html><body>{notices}<article><h1>A B C</h1>{words}</article><footer><p>{TEXTS['en']}</p></footer>"
    found = normalize(
        Raw(source=Source(kind="push", name="t"), media_type="text/html", body=markup.encode(), received_us=1)
    )
    assert found.language == "vi"
