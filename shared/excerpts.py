"""Texts cut to a length that a table, a trouble or Redis has room for."""


def excerpt(text: str, most: int) -> str:
    """The text in one line of at most so many characters; one that is longer ends after a word, with a sign of that."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]  # the blank after a word that just fits is seen, too
    whole = cut.rpartition(" ")[0]
    return f"{whole if len(whole) > most // 2 else cut[:-1].rstrip()} …"
