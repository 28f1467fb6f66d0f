"""Pages whose markup names no field: hand-written ones, set with `<b>`, `<br>` and `<font>`."""

import pytest

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source

FORTY = "The harbour office counted forty boats on Monday, more than in any spring since the storm of the year before."
WORK = "The work would cost four million crowns, half of which the region pays, said those who live by the water."
TITLE = "Harbour counts forty boats"


def read(markup: str) -> Article:
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=markup.encode(), received_us=0)
    return normalize(raw)


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(f"<body><b>{TITLE}</b><br>{FORTY}<br>{WORK}</body>", id="a bold line over the text"),
        pytest.param(
            f"<title>Sund Gazette</title><center><b>{TITLE}</b></center><p>{FORTY}<p>{WORK}",
            id="a centred line, and a title that is the site's",
        ),
        pytest.param(
            f"<title>index2</title><table><tr><td><font size=+2>{TITLE}</font><br><font size=-1>Anna Holm</font>"
            f"<p>{FORTY}</p><p>{WORK}</p></td></tr></table>",
            id="large letters",
        ),
        pytest.param(f"<body><p>{TITLE}</p><p>{FORTY}</p><p>{WORK}</p></body>", id="a short paragraph on top"),
        pytest.param(f"<title>{TITLE}</title><body>{FORTY}<br><br>{WORK}</body>", id="the title of the page alone"),
        pytest.param(
            f"<title>Untitled Document</title><body><strong>HARBOUR NEWS</strong><br><br><strong>{TITLE}</strong>"
            f"<br><br>{FORTY}<br><br><b>More money</b><br><br>{WORK}</body>",
            id="two bold lines: the longer one, which stands nearer",
        ),
    ],
)
def test_the_headline_is_the_line_set_over_the_text(markup: str) -> None:
    article = read(markup)
    assert article.headline == TITLE
    assert [block.text for block in article.blocks if block.type == "paragraph"] == [FORTY, WORK]


def test_a_text_without_any_title_has_no_headline_and_keeps_its_first_sentence() -> None:
    article = read(f"<body><div>{FORTY}<br><br>{WORK}</div></body>")
    assert article.headline is None
    assert [block.text for block in article.blocks] == [FORTY, WORK]
