"""What a command is, as the tables of commands say it."""

from typing import NamedTuple

from services.cli.arguments import COMMON, JSON, SET, Argument


class Example(NamedTuple):
    """A command line that does something useful, and what it does."""

    line: str
    does: str


class Command(NamedTuple):
    """One command: its function, what it is for, what it takes.

    `target` is `module:function` below `commands/`, both named as the command is: `feeds list` is `feeds:list_feeds`.
    """

    words: str
    target: str
    help: str
    arguments: tuple[Argument, ...] = ()
    examples: tuple[Example, ...] = ()
    serves: bool = False  # a process that runs for long: it logs, where other commands speak to a person
    opens: bool = True  # the data folder, whose version is checked first; it must be there
    makes: bool = False  # the data folder may begin with it
    remote: bool = False  # of Redis alone, which may be that of a desk on another machine: no data folder is needed
    act: bool = False  # changes what others see: written into the audit log, with who and why
    alone: bool = False  # of no desk: options that place one are not its business
    reads_settings: bool = True  # without, it works where the settings that are in force cannot be read
    tells: bool = False  # of the commands themselves: it needs no settings either

    @property
    def common(self) -> tuple[Argument, ...]:
        """The options of every command that its help speaks of."""
        return (JSON,) if self.tells else (JSON, SET) if self.alone else COMMON
