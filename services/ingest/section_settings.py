"""How a page that lists articles is read as a feed: by selectors, as those of a source's settings are."""

import msgspec

from shared.errors import PermanentError
from shared.untrusted.selectors import WrongSelector, read_selectors


class Section(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Selectors of a page's parts: `links` means each article's link, or the box that holds it (`article.teaser`).

    `title` and `date` are looked for within that; without them the title is the link's words, and there is no date.
    """

    links: str
    title: str | None = None
    date: str | None = None

    def selectors(self) -> dict[str, str]:
        """Those that are set, by what they mean."""
        said = {"links": self.links, "title": self.title, "date": self.date}
        return {name: selector for name, selector in said.items() if selector}


def read_section(links: str | None, title: str | None, date: str | None) -> Section | None:
    """The settings in what somebody typed; None without a selector of links. Raises `PermanentError`."""
    links, title, date = ((said or "").strip() or None for said in (links, title, date))
    if links is None:
        if title or date:
            raise PermanentError("a selector of titles or dates needs one of links beside it")
        return None
    section = Section(links=links, title=title, date=date)
    check_section(section)
    return section


def check_section(section: Section) -> None:
    """Raise `PermanentError` for a selector that is none."""
    for name, selector in section.selectors().items():
        try:
            read_selectors(selector)
        except WrongSelector as error:
            raise PermanentError(f"the selector of {name} {selector[:80]!r} is none: {error}") from error
