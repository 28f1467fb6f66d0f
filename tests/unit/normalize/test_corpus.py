"""The corpus of our own: floors by path, field and language, and whole documents with what they must come out with."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import html
from msgspec.structs import replace

from services.normalize.pipeline import normalize
from shared.article import Article, Block, Person
from shared.envelope import Raw, Source
from tests.corpus.documents import PATHS, make_documents
from tests.corpus.floors import by_language, fall_short, read_floors
from tests.corpus.scorer import Scored, read_corpus, score
from tests.corpus.stories import read_newsrooms
from tests.corpus.truth import Document, Field

CORPUS = Path(__file__).parents[2] / "corpus"
WHOLE = sorted(path.with_suffix("") for path in CORPUS.glob("*/*.json"))
MEDIA_TYPES = {"text": "text/plain", "pages": "text/html"}
FLOORS = read_floors()
FEWEST = 30
Ruin = Callable[[Article], Article]


@pytest.fixture(scope="module")
def scored() -> list[Scored]:
    """Every document read and judged, once."""
    return [score(document, article) for document, article in read_corpus()]


def of_path(scored: list[Scored], path: str) -> list[Scored]:
    return [entry for entry in scored if entry.document.path == path]


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, fields in FLOORS.paths.items() for field in fields]
)
def test_no_figure_is_below_its_floor(scored: list[Scored], path: str, field: Field) -> None:
    fault = fall_short(of_path(scored, path), FLOORS.paths[path][field], field)
    assert not fault, fault


@pytest.mark.parametrize("path", PATHS)
def test_no_language_is_below_its_floor(scored: list[Scored], path: str) -> None:
    groups = by_language(of_path(scored, path))
    faults = [fault for group in groups.values() if (fault := fall_short(group, FLOORS.languages[path]))]
    assert not faults, "\n".join(faults)


def test_every_path_and_field_has_a_floor(scored: list[Scored]) -> None:
    for path in PATHS:
        entries = of_path(scored, path)
        assert len(entries) >= FEWEST
        assert set(FLOORS.paths[path]) == {field for entry in entries for field in entry.scores}
    assert set(FLOORS.paths) == set(FLOORS.languages) == set(PATHS)


def test_every_block_of_every_document_says_where_it_stood(scored: list[Scored]) -> None:
    for entry in scored:
        fields = [evidence.field for evidence in entry.article.evidence]
        assert [fields.count(f"blocks[{number}]") for number, _ in enumerate(entry.article.blocks)] == [
            1 for _ in entry.article.blocks
        ], entry.document.name


def test_every_span_of_a_text_holds_what_it_is_said_to_hold(scored: list[Scored]) -> None:
    for entry in of_path(scored, "text"):
        text = entry.document.copy.text
        for evidence in entry.article.evidence:
            if evidence.start is not None and evidence.quote is not None:
                assert text[evidence.start : evidence.end].startswith(evidence.quote), entry.document.name


def test_every_place_of_a_page_is_found_in_it(scored: list[Scored]) -> None:
    parser = html.HTMLParser(encoding="utf-8")
    for entry in of_path(scored, "pages"):
        tree = html.document_fromstring(entry.document.raw.body, parser=parser)
        paths = [seen.path for seen in entry.article.evidence if seen.path and seen.path.startswith("/")]
        assert [path for path in paths if "$" not in path and not tree.xpath(path)] == [], entry.document.name


OF_TWO = list(make_documents(tuple(newsroom for newsroom in read_newsrooms() if newsroom.language in ("de", "ja"))))


def perfect(document: Document) -> Article:
    """The article a careful reader would write down."""
    story, truth = document.setting.story, document.truth
    blocks = [
        *(Block(type="paragraph", text=text) for text in truth.paragraphs),
        *(Block(type="subhead", text=text) for text in truth.subheads),
        *(Block(type="picture", caption=caption, byline=credit) for caption, credit in truth.captions),
    ]
    return Article(
        headline=story.headline,
        first_created=story.published,
        people=tuple(Person(name=name, rel=tuple(roles)) for name, roles in truth.authors),  # type: ignore[arg-type]  # roles by name
        located=story.place,
        blocks=tuple(blocks),
    )


@pytest.mark.parametrize("document", OF_TWO, ids=lambda document: document.name)
def test_a_perfect_answer_has_every_point(document: Document) -> None:
    assert set(score(document, perfect(document)).scores.values()) == {1.0}


def with_block(text: str) -> Ruin:
    return lambda article: replace(article, blocks=(*article.blocks, Block(type="paragraph", text=text)))


RUINS: Mapping[Field, Ruin] = {
    Field.HEADLINE: lambda article: replace(article, headline="Nahverkehr " + str(article.headline)),
    Field.DAY: lambda article: replace(article, first_created=article.first_created + dt.timedelta(days=1)),  # type: ignore[operator]  # set above
    Field.INSTANT: lambda article: replace(article, precision="day"),
    Field.AUTHORS: lambda article: replace(article, people=article.people[1:]),
    Field.DATELINE: lambda article: replace(article, located="Talbote"),
    Field.CAPTIONS: lambda article: replace(article, blocks=tuple(replace(b, byline=None) for b in article.blocks)),
    Field.SUBHEADS: lambda article: replace(article, blocks=tuple(b for b in article.blocks if b.type != "subhead")),
    Field.PARAGRAPHS: lambda article: replace(article, blocks=(*article.blocks[1:], article.blocks[0])),
    Field.SITE: with_block("© Talbote Verlag. Alle Rechte vorbehalten."),
    Field.WORDS: lambda article: replace(article, blocks=article.blocks[1:]),
    Field.INVENTED: with_block("Das Wort Xylophonrahmen steht nirgends."),
}


@pytest.mark.parametrize("field", Field)
def test_a_wrong_answer_costs_points_and_is_named(field: Field) -> None:
    (document,) = (entry for entry in OF_TWO if entry.name == "pages/semantic/de-1")
    good, bad = score(document, perfect(document)), score(document, RUINS[field](perfect(document)))
    assert bad.scores[field] < good.scores[field]
    assert fall_short([good], 1.0, field) == ""
    assert document.name in fall_short([good, bad], 1.0, field)


def normal(path: Path) -> dict[str, Any]:
    """A whole document's article as it goes over the wire; a field that is not there was not said."""
    media_type = MEDIA_TYPES[path.parent.name]
    body = next(path.parent.glob(f"{path.name}.[th]*")).read_bytes()
    raw = Raw(source=Source(kind="drop", name=""), media_type=media_type, body=body, received_us=1_577_836_800_000_000)
    found: dict[str, Any] = json.loads(msgspec.json.encode(normalize(raw)))
    for person in found.get("people", ()):
        person.setdefault("rel", ["author"])
    return found


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_a_whole_document_comes_out_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    found = normal(path)
    assert {field: found.get(field) for field in expected} == expected


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_evidence_is_sure_to_a_degree_and_points_forward(path: Path) -> None:
    for evidence in normal(path)["evidence"]:
        assert 0 <= evidence["sure"] <= 1
        assert evidence.get("start", 0) <= evidence.get("end", 0)


def test_there_are_whole_documents_of_texts_and_pages() -> None:
    assert {path.parent.name for path in WHOLE} == set(MEDIA_TYPES)
