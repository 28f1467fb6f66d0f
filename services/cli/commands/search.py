"""`copydesk search`: the index, asked as people type."""

from collections.abc import Iterator, Sequence

from services.cli.context import OK, WRONG, Context, show_json
from services.cli.printing import BOLD, clean, moment, row, styled
from services.cli.reach import check_index
from services.index.search import Hit, Index, Results
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
    index = Index(context.settings.index_file)
    names = Names(context.settings, index, None, open_keys(context.settings))
    results = find(names, index, query, limit=context.args.limit, offset=context.args.offset)
    if context.as_json:
        show_json(results)
    else:
        print(*result_lines(results), sep="\n")
    return OK if results.hits else WRONG


def result_lines(results: Results) -> Iterator[str]:
    """How many and how they were found, then each hit."""
    if results.matched == "name" and not results.total:
        yield "No article that can be found has this name; `copydesk show` tells of what is on its way or withdrawn."
    elif not results.hits:
        yield "Nothing found."
    if not results.hits:
        return
    yield f"{results.total} found{HOW[results.matched]}."
    yield from hit_lines(results.hits)


def hit_lines(hits: Sequence[Hit]) -> Iterator[str]:
    for hit in hits:
        yield ""
        yield styled(clean(hit.headline or "(no headline)"), BOLD)
        when = f"{moment(hit.first_created)}  " if hit.first_created else ""
        yield from row("", f"{when}{hit.article_id}")
        if hit.snippet:
            yield from row("", hit.snippet)
