"""Names of metas, classes and attributes that tell what a date is of."""

from shared.patterns import pattern_of

PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished",
    "date_published",
    "publishdate", "publish-date", "publish_date", "publication_date", "pubdate", "publicationdate", "publisheddate",
    "published_date",
    "published-date", "article.published", "article_date_original", "originalpublicationdate", "sailthru.date",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created",
    "dcterms.date", "dc.date", "ptime", "citation_publication_date", "citation_date", "citation_online_date",
    "prism.publicationdate", "bt:pubdate",
    "rnews:datepublished", "nrk:published", "iso-8601-publish-date", "last-published",
    "shareaholic:article_published_time",
    "vr:published_time", "article:create_date", "created", "pub_date", "release_date", "releasedate",
    "article_publication_date",
)  # fmt: skip
PUBLISHED_NAME = pattern_of(
    r"(?:publi|posted|issue|released?(?![a-z])|first|article).{0,14}(?:date|time)|pub.?date|"
    r"(?:date|time|datum|fecha|data).?(?:of.)?(?:publi|posted|issue|release|creat)|post.?date|regdate|published.?at"
)
CHANGED_NAME = pattern_of(r"modif|updat|mod.?date|lastmod|changed|revis")
OTHER_NAME = pattern_of(
    r"expir|event|valid|start|end(?![a-z])|until|deadline|cover|read.?time|timezone|cache|render|ad-slot"
)
WEAK_METAS = (
    "date", "eprints.date", "timestamp", "displaydate", "search_date", "creation_date", "datecreated", "date_created",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "datemodified", "date_modified", "article:modified", "last-modified",
    "lastmod", "og:modified_time",
    "dcterms.modified", "dc.date.modified", "cxenseparse:modifiedtime", "revised", "modificationdate", "updated_time",
)  # fmt: skip
DATE_ATTRIBUTE = pattern_of(
    r"datetime|title|content|(?:data|ia)-(?:[\w-]*[-_])?(?:date|time|datetime|timestamp|utime|ts|pubdate|publish|published|created|posted)"
    r"(?:[-_](?:date|time|on|at|iso|gmt|utc|publish|published))?"
)
SCRIPT_DATE = pattern_of(
    r'"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publicationDate|firstPublished|datePublication|pubDate)"\s*:\s*"([^"]{8,40})"'
)
