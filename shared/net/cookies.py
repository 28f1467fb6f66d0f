"""Cookies of one client: what a site sets is sent back to it, so that a wall of cookies lets us through next time."""

from collections import OrderedDict
from collections.abc import Sequence

import httpx

MOST_SITES = 500
MOST_OF_A_SITE = 50


class SiteCookies:
    """A jar a site; a site is what its hosts end in, two labels. The longest unused goes, and one that floods."""

    def __init__(self) -> None:
        self._jars: OrderedDict[str, httpx.Cookies] = OrderedDict()

    def header(self, url: httpx.URL) -> str | None:
        """What to send as `Cookie`, if anything."""
        jar = self._jars.get(_site(url))
        if jar is None:
            return None
        self._jars.move_to_end(_site(url))
        request = httpx.Request("GET", url)
        request.headers.encoding = "utf-8"
        jar.set_cookie_header(request)
        cookie: str | None = request.headers.get("cookie")
        return cookie

    def note(self, url: httpx.URL, lines: Sequence[str]) -> None:
        """Keep what an answer's lines `Set-Cookie` say."""
        jar = self._jars.setdefault(_site(url), httpx.Cookies())
        said = [(b"set-cookie", line.encode()) for line in lines]  # as text httpx would take ASCII alone
        jar.extract_cookies(httpx.Response(200, headers=said, request=httpx.Request("GET", url)))
        if not 0 < len(jar) <= MOST_OF_A_SITE:
            del self._jars[_site(url)]
        elif len(self._jars) > MOST_SITES:
            self._jars.popitem(last=False)


def _site(url: httpx.URL) -> str:
    """`news.example` of `www.news.example`; an address of numbers shares no cookies with its neighbours."""
    labels = url.host.rsplit(".", 2)
    return url.host if labels[-1].isdigit() else ".".join(labels[-2:])
