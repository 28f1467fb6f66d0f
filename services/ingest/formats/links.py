"""Addresses as documents and headers print them."""

from urllib.parse import urljoin


def web_link(link: str, base: str) -> str | None:
    """An http address, made whole by that of what it stands in; `javascript:` and `data:` are none."""
    try:
        whole = urljoin(base, link.strip())
    except ValueError:  # "http://[": not even an address
        return None
    return whole if whole.startswith(("http://", "https://")) else None
