"""Commands that tell of the commands."""

from services.cli.arguments import arg
from services.cli.command import Command, Example

HELP = (
    Command(
        "help",
        "help:help",
        "how a command is used, with examples",
        (arg("words", nargs="*", metavar="COMMAND", help="the command, such as feeds add; none for all of them"),),
        (Example("copydesk help feeds add", "what `feeds add` takes"),),
        opens=False,
        tells=True,
    ),
    Command(
        "completion",
        "completion:completion",
        "the script that completes commands and options in a shell",
        (arg("shell", choices=("bash", "zsh", "fish")),),
        (
            Example("copydesk completion bash > ~/.local/share/bash-completion/completions/copydesk", "for bash"),
            Example("copydesk completion zsh > ~/.zfunc/_copydesk", "for zsh, with ~/.zfunc in fpath"),
            Example("copydesk completion fish > ~/.config/fish/completions/copydesk.fish", "for fish"),
        ),
        opens=False,
        tells=True,
    ),
    Command(
        "man",
        "man:man",
        "the page for man, with every command",
        (),
        (Example("copydesk man | man -l -", "read it now"),),
        opens=False,
        tells=True,
    ),
)
