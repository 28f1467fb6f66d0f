"""A language is a file: what each says, and that a made-up one beside them is read without a line of code."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.normalize.language.load import GENERIC, Language, for_tag, languages, read_language

ROOT = Path(__file__).parents[3]
MADE_UP = """
tag = "qx"
zone = "Europe/Paris"
dateline_marks = ["."]
outlets = ["VOLK"]

[dates]
order = "dmy"
published = ["zurbat"]
joiners = ["omi"]

[dates.months]
3 = ["brimul"]

[bylines]
joiners = ["ut"]
crews = ["skribalo"]

[bylines.labels]
author = ["skribas"]
photographer = ["lumas"]

[bylines.openers]
author = ["dal"]

[captions]
credits = ["lumas"]

[boilerplate]
lines = ["kundal ni"]
sections = ["hupado"]

[labels]
caption = ["lumvort"]

[style]
function_words = ["ka", "mir"]
common = ["ka", "mir", "vostu", "nelk", "hupa", "dorim", "zelda", "poru"]
letters = "ŵ"
"""
TEXT = """HUPADO

Nelka dorima hupas vostun

Zurbat 14 brimul 2023 omi 16:05

Dal Ruba Talin ut Vemo Karsik

PORUBO (VOLK) - Nelka hupa dorim ka vostu poru zelda mir ka nelk dorim, vostu hupa nelka zelda poru.

Lumvort: Vostu nelk dorim ka zelda. Lumas: Pila Dorun/VOLK

Zelda poru ka nelk mir vostu dorim hupa ŵelka, zelda nelk poru ka mir dorim vostu hupa poru nelk zelda.

Poru mir vostu hupa dorim nelk ka zelda poru, vostu dorim ka hupa mir nelk zelda dorim ŵostu poru nelk.

Kundal ni
"""
PAGE = """<html lang="qx"><head><title>Nelka dorima hupas vostun</title></head><body><main>
<h1>Nelka dorima hupas vostun</h1><p>Dal Ruba Talin ut Vemo Karsik</p>
<article class="article-body"><p>Nelka hupa dorim ka vostu poru zelda mir ka nelk dorim, vostu hupa nelka zelda.</p>
<figure><img src="/1.jpg"><figcaption>Vostu nelk dorim ka zelda. Lumas: Pila Dorun/VOLK</figcaption></figure>
<p>Zelda poru ka nelk mir vostu dorim hupa ŵelka, zelda nelk poru ka mir dorim vostu hupa poru nelk zelda.</p>
<p>Poru mir vostu hupa dorim nelk ka zelda poru, vostu dorim ka hupa mir nelk zelda dorim ŵostu poru nelk.</p>
</article></main></body></html>"""
READ = """
import json, sys
from services.normalize.pipeline import normalize
from shared.messages import Raw, Source
import msgspec
raw = Raw(
    source=Source(kind="drop", name="", language="qx"), media_type=sys.argv[1], body=sys.stdin.buffer.read(),
    received_us=1_700_000_000_000_000,
)
sys.stdout.buffer.write(msgspec.json.encode(normalize(raw)))
"""


def captions_of(article: dict[str, Any]) -> list[tuple[str, str]]:
    shown = [block for block in article["blocks"] if block.get("type") in ("caption", "picture")]
    return [(one.get("caption") or one.get("text"), one["byline"]) for one in shown]


def test_a_made_up_language_needs_no_code(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for package in ("services", "shared"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    (tmp_path / "services/normalize/language/qx.toml").write_text(MADE_UP, encoding="utf-8")
    article, page = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", READ, kind], input=text.encode(), cwd=tmp_path, capture_output=True, check=True
            ).stdout
        )
        for kind, text in (("text/plain", TEXT), ("text/html", PAGE))
    )
    assert article["headline"] == "Nelka dorima hupas vostun"
    assert article["firstCreated"] == "2023-03-14T16:05:00+01:00"
    assert article["located"] == "Porubo"
    for read in (article, page):
        assert [person["name"] for person in read["people"]] == ["Ruba Talin", "Vemo Karsik"]
        assert captions_of(read) == [("Vostu nelk dorim ka zelda.", "Pila Dorun/VOLK")]
    said = json.dumps(article["blocks"], ensure_ascii=False)
    assert "Kundal" not in said
    assert "HUPADO" not in said


def test_a_meaning_may_stand_before_all_its_words() -> None:
    language = read_language(b'tag = "qx"\n[dates.months]\n1 = ["januari", "jan"]\nfeb = 2\n')
    assert language.dates.months == {"januari": 1, "jan": 1, "feb": 2}


@pytest.mark.parametrize("tag", sorted(languages()))
def test_a_file_is_named_by_its_tag(tag: str) -> None:
    assert (ROOT / f"services/normalize/language/{tag}.toml").is_file()


@pytest.mark.parametrize("tag", sorted(set(languages()) - {GENERIC}))
def test_each_language_says_how_papers_sign_and_credit(tag: str) -> None:
    language: Language = for_tag(tag)
    assert language.bylines.labels
    assert {"author", "photographer"} <= set(language.bylines.labels.values())
    assert language.captions.credits
    assert language.boilerplate.lines
    assert language.boilerplate.sections


@pytest.mark.parametrize(
    ("tag", "read_as"), [("nb", "no"), ("nn-NO", "no"), ("fil", "tl"), ("bs", "hr"), ("xx", GENERIC), (None, GENERIC)]
)
def test_other_tags_name_the_same_language(tag: str | None, read_as: str) -> None:
    assert for_tag(tag).tag == read_as
