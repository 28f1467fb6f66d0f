"""What is told of drops as files: which of them stay."""

from pathlib import Path

from services.ingest.drop_problem_files import LOOKED_AT_ONCE, ProblemFiles
from services.ingest.drop_problems import DropProblem


def test_folders_that_go_while_they_are_looked_through_stop_nothing(tmp_path: Path) -> None:
    files = ProblemFiles(tmp_path, tmp_path / "seeds")
    names = [f"{number}/a.txt" for number in range(LOOKED_AT_ONCE + 50)]
    for name in names:
        files.write(name, DropProblem(path=name, reason="empty", at_us=1))
    files.tidy()  # begins
    files.tidy()  # looks at the first of them, and removes these: their drops are not there
    left = [name for name in names if files.path_of(name).exists()]
    assert 0 < len(left) < len(names)
    files.remove(left[::2])
    files.tidy()
    files.tidy()
    assert not any(files.path_of(name).exists() for name in names)
