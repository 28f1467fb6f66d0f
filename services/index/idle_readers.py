"""Connections to a file of SQLite that wait for the next question: to open one takes longer than most questions."""

import sqlite3
import threading

MOST = 4


class IdleReaders:
    """Of one file, by its inode: where it was removed and made anew, those of the old one are closed. Thread-safe."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._idle: list[tuple[int, sqlite3.Connection]] = []

    def take(self, inode: int) -> sqlite3.Connection | None:
        """One of this file; None where one has to be opened."""
        with self._turn:
            while self._idle:
                opened, database = self._idle.pop()
                if opened == inode:
                    return database
                database.close()
        return None

    def keep(self, inode: int, database: sqlite3.Connection) -> None:
        """Let one wait, or close it where enough wait already."""
        with self._turn:
            if len(self._idle) < MOST:
                self._idle.append((inode, database))
                return
        database.close()

    def close(self) -> None:
        """Close what waits."""
        with self._turn:
            while self._idle:
                self._idle.pop()[1].close()
