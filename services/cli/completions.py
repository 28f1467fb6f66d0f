"""Scripts that let bash, zsh and fish complete commands and options, made from the tables of commands.

They hold all words themselves: completing starts no process of ours.
"""

from collections.abc import Callable, Iterator, Mapping

from services.cli.arguments import COMMON, Argument
from services.cli.command import Command
from services.cli.command_table import COMMANDS, GROUPS, below
from services.cli.usage import arguments_of

FILES, FOLDERS = frozenset({"FILE", "FILE|-|URL"}), frozenset({"DIR"})

BASH = """\
# Completes copydesk in bash: put it where bash-completion looks, or source it.
_copydesk() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" named="" skips="" word
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        if [ -n "$skips" ]; then skips=""; continue; fi
        case "$word" in
            {valued}) skips=1 ;;
            -*) ;;
            *) named="$named $word" ;;
        esac
    done
    COMPREPLY=()
    case "$before" in
        {folders}) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    esac
    case "$named:$before" in
{choices}    esac
    if [ -n "$skips" ]; then return; fi
    case "$named " in
{cases}    esac
}}
complete -o filenames -o bashdefault -F _copydesk copydesk
"""

ZSH = """\
#compdef copydesk
# Completes copydesk in zsh: save it as _copydesk in a folder of fpath.
_copydesk() {{
    local named="" skips="" word
    local -a found
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        if [[ -n "$skips" ]]; then skips=""; continue; fi
        case "$word" in
            ({valued}) skips=1 ;;
            (-*) ;;
            (*) named="$named $word" ;;
        esac
    done
    case "${{words[CURRENT-1]}}" in
        ({folders}) _files -/; return ;;
    esac
    case "$named:${{words[CURRENT-1]}}" in
{choices}    esac
    if [[ -n "$skips" ]]; then return 1; fi
    case "$named " in
{cases}    esac
}}
if [[ "${{funcstack[1]}}" == _copydesk ]]; then _copydesk "$@"; else compdef _copydesk copydesk; fi
"""

FISH = """\
# Completes copydesk in fish: save it as copydesk.fish among the completions.
function __copydesk_at
    set -l named
    set -l skips 0
    for word in (commandline -opc)[2..-1]
        if test $skips = 1
            set skips 0
            continue
        end
        switch $word
            case {valued}
                set skips 1
            case '-*'
            case '*'
                set -a named $word
        end
    end
    set -l wanted (string split ' ' -- $argv[1])
    if test -z "$argv[1]"
        set wanted
    end
    if test "$argv[2]" = exactly
        test "$named" = "$wanted"
    else
        test (count $named) -ge (count $wanted); and test "$named[1..$(count $wanted)]" = "$wanted"
    end
end
complete -c copydesk -f
"""


def bash() -> str:
    """For `~/.local/share/bash-completion/completions/copydesk`."""
    return BASH.format(
        valued="|".join(_valued()),
        folders="|".join(_names(value=FOLDERS)),
        choices="".join(f"        {case}) {_bash_words(words)} ;;\n" for case, words in _choices()),
        cases="".join(f"        {case}) {answer} ;;\n" for case, answer in _bash_cases()),
    )


def _bash_cases() -> Iterator[tuple[str, str]]:
    yield '" "', _bash_words([word for word, _ in _first_words()])
    for group in GROUPS:
        yield f'" {group} "', _bash_words([word for word, _ in _words_below(group)])
    for command in COMMANDS:
        words = [name for argument in arguments_of(command) for name in argument.names if name.startswith("-")]
        words += [choice for argument in command.arguments if not argument.is_option for choice in argument.choices]
        files = f'; [[ "$current" == -* ]] || {_BASH_FILES}' if _takes_files(command) else ""
        yield f'" {command.words} "*', _bash_words(words) + files


_BASH_FILES = 'mapfile -t COMPREPLY < <(compgen -f -- "$current")'


def _bash_words(words: list[str]) -> str:
    return f'mapfile -t COMPREPLY < <(compgen -W "{" ".join(words)}" -- "$current")'


def zsh() -> str:
    """For a file `_copydesk` in a folder of `fpath`."""
    return ZSH.format(
        valued="|".join(_valued()),
        folders="|".join(_names(value=FOLDERS)),
        choices="".join(f"        ({case}) compadd -- {' '.join(words)}; return ;;\n" for case, words in _choices()),
        cases="".join(f"        ({case}) {answer} ;;\n" for case, answer in _zsh_cases()),
    )


def _zsh_cases() -> Iterator[tuple[str, str]]:
    yield '" "', _zsh_described("command", list(_first_words()))
    for group in GROUPS:
        yield f'" {group} "', _zsh_described("command", list(_words_below(group)))
    for command in COMMANDS:
        options = [(name, one.help) for one in arguments_of(command) if one.is_option for name in one.names]
        choices = [choice for one in command.arguments if not one.is_option for choice in one.choices]
        words = f"compadd -- {' '.join(choices)}" if choices else "_files" if _takes_files(command) else ":"
        described = _zsh_described("option", options)
        yield f'" {command.words} "*', f"if [[ $PREFIX == -* ]]; then {described}; else {words}; fi"


def _zsh_described(tag: str, rows: list[tuple[str, str]]) -> str:
    entries = " ".join(_quoted(f"{word.replace(':', chr(92) + ':')}:{words}") for word, words in rows)
    return f"found=({entries}); _describe -t {tag}s {tag} found"


def fish() -> str:
    """For `~/.config/fish/completions/copydesk.fish`."""
    return "\n".join([FISH.format(valued=" ".join(_valued())).rstrip("\n"), *_fish_lines(), ""])


def _fish_lines() -> Iterator[str]:
    for word, words in _first_words():
        yield f"complete -c copydesk -n '__copydesk_at \"\" exactly' -a {word} -d {_quoted(words)}"
    for group in GROUPS:
        for word, words in _words_below(group):
            yield f"complete -c copydesk -n '__copydesk_at \"{group}\" exactly' -a {word} -d {_quoted(words)}"
    for command in COMMANDS:
        at = f"complete -c copydesk -n '__copydesk_at \"{command.words}\"'"
        yield from (f"{at} {words}" for words in _fish_words(command))
    for argument in COMMON:
        yield f"complete -c copydesk {_fish_option(argument)}"


def _fish_words(command: Command) -> Iterator[str]:
    for argument in command.arguments:
        if argument.is_option:
            yield _fish_option(argument)
        elif argument.choices:
            yield f"-a {_quoted(' '.join(argument.choices))}"
    if _takes_files(command):
        yield "-F"


def _fish_option(argument: Argument) -> str:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in argument.names]
    value = ""
    if argument.choices:
        value = f" -x -a {_quoted(' '.join(argument.choices))}"
    elif argument.takes_value:
        value = " -r -F" if argument.value in FILES | FOLDERS else " -x"
    return f"{' '.join(names)}{value} -d {_quoted(argument.help)}"


SCRIPTS: Mapping[str, Callable[[], str]] = {"bash": bash, "zsh": zsh, "fish": fish}


def _first_words() -> Iterator[tuple[str, str]]:
    yield from ((command.words, command.help) for command in COMMANDS if " " not in command.words)
    yield from GROUPS.items()


def _words_below(group: str) -> Iterator[tuple[str, str]]:
    return ((command.words.partition(" ")[2], command.help) for command in below(group))


def _valued() -> list[str]:
    """Every option whose value is the next word."""
    return _names(value=None)


def _names(*, value: frozenset[str] | None) -> list[str]:
    options = [one for command in COMMANDS for one in (*command.arguments, *COMMON) if one.takes_value]
    wanted = [one for one in options if value is None or one.value in value]
    return list(dict.fromkeys(name for one in wanted for name in one.names))


def _choices() -> Iterator[tuple[str, list[str]]]:
    """Where an option of a command has only certain values: the command, the option, and its values."""
    for command in COMMANDS:
        for argument in command.arguments:
            if argument.is_option and argument.choices:
                for name in argument.names:
                    yield f'" {command.words}"*":{name}"', list(argument.choices)


def _takes_files(command: Command) -> bool:
    return any(not argument.is_option and argument.value in FILES for argument in command.arguments)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
