"""Words for comparing texts: each letter alone where a script sets no spaces between words."""

from itertools import pairwise

from shared.patterns import pattern_of

ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # scripts whose words run on
WORD = pattern_of(rf"[{ALONE}]|[^\W_{ALONE}]+")
_LETTER = pattern_of(f"[{ALONE}]")


def tokens_of(text: str) -> list[str]:
    """The words of a text, whatever their case."""
    return WORD.findall(text.casefold())


def terms_of(text: str) -> set[str]:
    """What a text is about: its words, and of scripts whose words run on each two letters that stand together."""
    tokens = tokens_of(text)
    words = {token for token in tokens if not _LETTER.match(token)}
    return words | {one + two for one, two in pairwise(tokens) if _LETTER.match(one) and _LETTER.match(two)}


def share_said(text: str, other: str, span: int = 3) -> float:
    """Which share of a text another one says in the same words, by runs of `span` of them; 1 of a text without any."""
    told, said = (_runs(tokens_of(one), span) for one in (text, other))
    return len(told & said) / len(told) if told else 1.0


def _runs(tokens: list[str], span: int) -> set[tuple[str, ...]]:
    if len(tokens) <= span:
        return {tuple(tokens)} if tokens else set()
    return set(zip(*(tokens[start:] for start in range(span)), strict=False))
