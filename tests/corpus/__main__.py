"""`python -m tests.corpus` prints the figures; with (parts of) names, what is wrong in those documents.

`python -m tests.corpus --floors` prints what is reached as floors.toml would say it.
"""

import json
import sys

import msgspec

from tests.corpus.documents import PATHS, make_documents
from tests.corpus.floors import by_language, measured
from tests.corpus.scorer import Scored, mean, read, score
from tests.corpus.stories import read_newsrooms
from tests.corpus.truth import Field


def main(parts: list[str]) -> None:
    """Print the table, the floors, or the documents whose names hold all parts."""
    names = [part for part in parts if part != "--floors"]
    documents = [entry for entry in make_documents(read_newsrooms()) if all(part in entry.name for part in names)]
    scored = [score(document, read(document)) for document in documents]
    if "--floors" in parts:
        print(measured(scored))
        return
    if names:
        for entry in scored:
            _show(entry)
    _table(scored)


def _table(scored: list[Scored]) -> None:
    for path in PATHS:
        of_path = [entry for entry in scored if entry.document.path == path]
        for field in Field:
            if (figure := mean(of_path, field)) is not None:
                print(f"{path:10} {field:11} {figure:.3f}  {_by_layout(of_path, field)}")
    for path in PATHS:
        groups = by_language(entry for entry in scored if entry.document.path == path)
        print(path, " ".join(f"{tag} {mean(group) or 0:.3f}" for tag, group in groups.items()))


def _by_layout(scored: list[Scored], field: Field) -> str:
    layouts = dict.fromkeys(entry.document.name.split("/")[1] for entry in scored)
    groups = {name: [entry for entry in scored if f"/{name}/" in entry.document.name] for name in layouts}
    figures = ((name, mean(group, field)) for name, group in groups.items())
    return " ".join(f"{name} {figure:.2f}" for name, figure in figures if figure is not None and figure < 1)


def _show(entry: Scored) -> None:
    wrong = {str(field): round(value, 3) for field, value in entry.scores.items() if value < 1}
    if not wrong:
        return
    article = msgspec.to_builtins(msgspec.structs.replace(entry.article, evidence=()))
    print(f"== {entry.document.name} {wrong}\n{entry.document.copy.text}")
    print(json.dumps(article, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
