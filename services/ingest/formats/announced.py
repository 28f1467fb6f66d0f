"""Whether a document says of itself that it is a feed: without the parsers that would read it."""


def looks_like_feed(body: bytes) -> bool:
    """Whether a dropped document announces itself as a feed: decided on its head alone."""
    head = body[:4096].replace(b"\0", b"").lower()
    return any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"jsonfeed.org/version"))
