"""`copydesk reindex`: an index that is damaged is set aside, and made anew from the archive; its words, from it."""

from contextlib import closing

from services.cli.context import OK, Context, show_json
from services.cli.printing import plural
from services.index.fulltext.filling import reindex_words
from services.index.loss import set_aside
from services.index.search import Index
from shared.errors import CopydeskError, PermanentError


def reindex(context: Context) -> int:
    """Say what would be done; with --yes set the index aside. When the index starts, it has everything read again."""
    if context.args.words:
        return _reindex_words(context)
    folder = context.settings.index_folder
    if not context.args.yes:
        if context.as_json:
            show_json({"folder": str(folder), "articles": _articles(context), "done": False})
            return OK
        articles = _articles(context)
        holds = "cannot be read" if articles is None else f"holds {plural(articles, 'article')}"
        print(
            f"The index in {folder} {holds}. Nothing was done: --yes sets it aside, to be made anew from the archive."
        )
        return OK
    aside = set_aside(context.settings)
    if context.as_json:
        show_json({"folder": str(folder), "aside": str(aside) if aside else None, "done": True})
    else:
        what = f"The index is in {aside} now" if aside else f"There is no index in {folder}"
        print(f"{what}. Start the desk, or the index: it finds that articles are lacking, and has all read again.")
    return OK


def _reindex_words(context: Context) -> int:
    """Make the words anew here, or let the index service do it where one is at work; searches go on meanwhile."""
    record = context.settings.index_file
    if not record.exists():
        raise PermanentError(f"there is no index in {record.parent}: nothing has been indexed yet")
    try:
        reindex_words(record)
    except PermanentError:  # the index service writes there
        done, what = False, "The index service makes the words anew beside the present ones, which answer until then."
    else:
        done, what = True, f"The words of {plural(_count(context), 'article')} are made anew."
    if context.as_json:
        show_json({"folder": str(record.parent), "words": True, "done": done})
    else:
        print(what)
    return OK


def _articles(context: Context) -> int | None:
    """How many the index holds; None for one that cannot be read."""
    try:
        return _count(context)
    except CopydeskError:
        return None


def _count(context: Context) -> int:
    with closing(Index(context.settings.index_file)) as index:
        return index.count()
