"""`python -m tools.cli_page > docs/cli.md`: the page of all commands, from the tables that the help is made from."""

import sys
from collections.abc import Iterable, Iterator

from services.cli.arguments import COMMON, Argument
from services.cli.command import Command
from services.cli.command_table import SECTIONS
from services.cli.manual import ENVIRONMENT, EXITS
from services.cli.usage import HELP_HELP, VERSION_HELP, usage_of

HEAD = """\
# Every command

This page is made by `make cli-page` from the tables that the help, the completions of the shells and the page of `man`
are made from; a test says when it is old. `copydesk help COMMAND` shows the same at the terminal, fitted to its width.

```console
$ copydesk completion bash > ~/.local/share/bash-completion/completions/copydesk
$ copydesk completion zsh > ~/.zfunc/_copydesk
$ copydesk completion fish > ~/.config/fish/completions/copydesk.fish
$ copydesk man > ~/.local/share/man/man1/copydesk.1
```
"""
ERRORS = """
With `--json` the answer is JSON on standard output, and what went wrong is one object on standard error: `type` (a word
for programs), `title`, `detail` (what happened, to which article or file), and `do`, the remedy, where `detail`
does not name it. Exit codes are the same in both forms.
"""


def make_page() -> str:
    """The whole page."""
    common = [*((one.label, one.help) for one in COMMON), HELP_HELP, VERSION_HELP]
    return "\n".join(
        [
            HEAD,
            *("## For all of them", "", "Options, before or after a command's name:", "", *_table(common)),
            *(ERRORS, *_table(EXITS), "", *_table(ENVIRONMENT)),
            *(line for title, commands in SECTIONS.items() for line in _section(title, commands)),
            "",
        ]
    )


def _section(title: str, commands: Iterable[Command]) -> Iterator[str]:
    yield from ("", f"## {title}")
    for command in commands:
        yield from _command(command)


def _command(command: Command) -> Iterator[str]:
    yield from ("", f"### {command.words}", "", f"{command.help[:1].upper()}{command.help[1:]}.", "")
    yield from ("```text", usage_of(command).removeprefix("usage: "), "```")
    told: list[Argument] = [one for one in command.arguments if one.help or one.is_option]
    if told:
        yield ""
        yield from _table((one.label, one.help) for one in told)
    if command.examples:
        yield from ("", "```console")
        for example in command.examples:
            yield from (f"$ {example.line}", f"# {example.does}")
        yield "```"


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from ("| | |", "|---|---|")
    for label, words in rows:
        yield f"| `{_cell(label)}` | {_cell(words)} |"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(make_page())
