"""The signs that end sentences and lines, of all scripts in one list; Thai writes none."""

STOPS = ".!?…。．！？｡؟۔।॥։።"
"""What ends a sentence."""

CLOSERS = "\"'”’“»›«)]）］】」』〉》\u200f\u200e "
"""What may stand behind it: quotation marks and brackets."""


def is_stopped(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return text.rstrip(CLOSERS)[-1:] in STOPS if text.rstrip(CLOSERS) else False
