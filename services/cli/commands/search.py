"""`copydesk search`: the index, asked as people type."""

import sys
from collections.abc import Iterator, Sequence

from services.cli.context import OK, WRONG, Context, show_json
from services.cli.printing import BOLD, clean, moment, plural, row, styled
from services.cli.reach import check_index
from services.index.engines import open_index
from services.index.hits import Hit, Results
from services.index.snippet import Passage, marked
from services.web.keys import open_keys
from services.web.names import Names
from services.web.names import search as find

HOW = {
    "exact": "",
    "folded": ", regardless of marks on letters",
    "name": " by this name",
    "none": ", none with all of the words: these have some",
}


def search(context: Context) -> int:
    """Print what was found, the best first. Exit code 1 when nothing was."""
    check_index(context)
    query = " ".join(context.args.query)
    asked = {"cursor": context.args.cursor} if context.args.cursor else {"offset": context.args.offset}
    index = open_index(context.settings)
    names = Names(context.settings, index, None, open_keys(context.settings))
    results = find(names, index, query, limit=context.args.limit, facets=context.args.facet or (), **asked)
    if context.as_json:
        show_json(results)
    else:
        print(*result_lines(results), sep="\n")
    return OK if results.hits else WRONG


def result_lines(results: Results) -> Iterator[str]:
    """How many and how they were found, then each hit, what was counted, and how to go on."""
    if results.matched == "name" and not results.total:
        yield "No article that can be found has this name; `copydesk show` tells of what is on its way or withdrawn."
    elif not results.hits:
        yield "Nothing found."
    else:
        yield f"{results.total} found{HOW[results.matched]}."
    yield from engine_lines(results)
    if results.suggestion:
        yield f"Did you mean: {clean(results.suggestion)}"
    yield from hit_lines(results.hits)
    for name, counts in results.facets.items():
        yield ""
        yield styled(name, BOLD)
        for value, number in counts.items():
            yield from row(f"{number:,}", clean(value))
    if results.cursor:
        yield ""
        yield f"More: --cursor {results.cursor}"


def engine_lines(results: Results) -> Iterator[str]:
    """What is to be known of the engine that answered."""
    if results.stands_in:
        yield "The engine that is set does not answer (`copydesk status`): the words beside the index do."
    if results.behind:
        yield f"{plural(results.behind, 'change')} of the index cannot be found yet: the engine does not know them."


def hit_lines(hits: Sequence[Hit]) -> Iterator[str]:
    for hit in hits:
        yield ""
        headline = Passage(text=hit.headline or "(no headline)", marks=hit.highlights.headline)
        yield styled(clean(_marked(headline)), BOLD)
        when = f"{moment(hit.first_created)}  " if hit.first_created else ""
        yield from row("", f"{when}{hit.article_id}")
        if hit.snippet:
            yield from row("", _marked(Passage(text=hit.snippet, marks=hit.highlights.snippet)))


def _marked(passage: Passage) -> str:
    """What was found between asterisks, for a person; a file gets the text as it is."""
    return marked(passage, "**", "**") if sys.stdout.isatty() else passage.text
