"""The version of a data folder: whoever makes the folder writes it, whoever opens the folder asks for it."""

from pathlib import Path

from shared.errors import NewerData, PermanentError
from shared.settings import ARCHIVE, FEEDS_FILE, INDEX, KEYS_FILE
from shared.whole_file import replace_whole

VERSION = 2
FILE_NAME = "VERSION"
HALF_RESTORED = "half restored"
# What a folder of the release before versions holds: one with none of these is nobody's yet.
OURS = (ARCHIVE, INDEX, "redis", "run", FEEDS_FILE, KEYS_FILE)


def make_folder(folder: Path) -> None:
    """Make the folder where there is none, and write its version where it is new."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # articles before their embargo, addresses, keys
    if version_of(folder) is None:
        write_version(folder)


def check_folder(folder: Path) -> int:
    """The folder's version, this release's own where there is none yet; `NewerData` when a newer release wrote it."""
    found = version_of(folder)
    if found is None:
        return VERSION
    refuse_newer(f"the data folder {folder}", found, VERSION)
    return found


def version_of(folder: Path) -> int | None:
    """What the folder says; 1 of one that says nothing, None of one that holds nothing of ours."""
    path = folder / FILE_NAME
    try:
        said = path.read_text("ascii").strip()
    except FileNotFoundError:
        return 1 if any((folder / name).exists() for name in OURS) else None
    except (OSError, UnicodeDecodeError) as error:
        raise PermanentError(f"{path} cannot be read: {error}") from error
    if said == HALF_RESTORED:
        raise PermanentError(f"the data folder {folder} is half restored: let `copydesk restore` go on with it first")
    if not said.isdecimal():
        raise PermanentError(f"{path} holds {said[:40]!r} where a version should stand: restore it from your backup")
    return int(said)


def write_version(folder: Path, version: int | str = VERSION) -> None:
    """Write the version, whole or not at all: the last step of making, migrating or restoring a folder."""
    try:
        replace_whole(folder / FILE_NAME, f"{version}\n".encode())
    except OSError as error:
        raise PermanentError(f"{folder / FILE_NAME} cannot be written: {error.strerror}") from error


def refuse_newer(what: str, found: int, known: int) -> None:
    """Raise `NewerData` when `what` was written in a version that this release does not know."""
    if found > known:
        raise NewerData(
            f"{what} has version {found}, and this release knows up to {known}: nothing was changed; start the newer "
            "Copydesk that wrote it"
        )
