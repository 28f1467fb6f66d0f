"""schema.org's articles as JSON of their own: one object, or one among others in a graph."""

import json

from tests.corpus.markup import address_of, body_of, page_address
from tests.corpus.stories import Byline, Setting
from tests.corpus.text_layouts import lines_of
from tests.corpus.truth import Copy, Layouts

LD_JSON = "application/ld+json"


def bare_object(setting: Setting) -> Copy:
    """A NewsArticle as an object of its own, its body in plain text, its pictures as ImageObjects."""
    story = setting.story
    item = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "url": page_address(setting),
        "headline": story.headline,
        "description": story.deck,
        "inLanguage": setting.newsroom.language,
        "datePublished": story.published.isoformat(),
        "dateline": story.place,
        "articleSection": story.section,
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "image": [
            {
                "@type": "ImageObject",
                "url": address_of(setting, piece),
                "caption": piece.caption,
                "creditText": piece.credit,
            }
            for piece in setting.captions
        ],
        "articleBody": "\n\n".join(lines_of(setting, with_captions=False)),
    }
    return Copy(
        text=json.dumps(item, ensure_ascii=False),
        media_type=LD_JSON,
        byline=Byline(", ".join(story.authors)),
        has_place=True,
    )


def graph(setting: Setting) -> Copy:
    """As content systems export it: site, paper and page in a graph beside the article, its body in HTML."""
    story, paper = setting.story, setting.newsroom.paper
    article = {
        "@type": ["ReportageNewsArticle", "NewsArticle"],
        "@id": f"{page_address(setting)}#article",
        "mainEntityOfPage": {"@id": page_address(setting)},
        "headline": story.headline,
        "abstract": story.deck,
        "inLanguage": {"@type": "Language", "alternateName": setting.newsroom.language},
        "dateCreated": story.published.isoformat(),
        "dateModified": story.published.isoformat(),
        "locationCreated": {"@type": "Place", "name": story.place},
        "articleSection": [story.section],
        "creator": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": paper.name, "url": paper.home},
        "isAccessibleForFree": "True",
        "associatedMedia": [
            {
                "@type": "ImageObject",
                "contentUrl": address_of(setting, piece),
                "caption": {"@type": "MediaObject", "name": piece.caption},
                "creditText": piece.credit,
            }
            for piece in setting.captions
        ],
        "articleBody": body_of(setting, pictures="none"),
    }
    page = {"@type": "WebPage", "@id": page_address(setting), "isPartOf": {"@id": f"{paper.home}/#website"}}
    site = {"@type": "WebSite", "@id": f"{paper.home}/#website", "name": paper.name, "url": paper.home}
    return Copy(
        text=json.dumps({"@context": "https://schema.org", "@graph": [site, page, article]}, ensure_ascii=False),
        media_type=LD_JSON,
        byline=Byline(", ".join(story.authors)),
        has_place=True,
    )


LAYOUTS: Layouts = {
    "bare_object": bare_object,
    "graph": graph,
}
