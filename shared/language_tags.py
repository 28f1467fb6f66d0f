"""Tags of languages (BCP 47, RFC 5646 section 2.1): what may stand in `xml:lang`, in `language` and in a setting."""

import re

# A language of ISO 639, then script, region and variants, extensions by a single sign, and what follows an x.
_TAG = re.compile(
    r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?", re.IGNORECASE
)


def language_tag(said: str | None) -> str | None:
    """The tag that a text is: `vi`, `pt-BR` (also of `pt_BR`); None for one that is none."""
    tag = (said or "").strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else None
