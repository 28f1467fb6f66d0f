"""What `copydesk up` says when the desk is open: the address that people know it by."""

import argparse
import json
from pathlib import Path

import pytest

from services.cli.commands.up import _greet
from services.cli.context import Context
from shared.settings import load

HERE = "http://127.0.0.1:8080"


def greet(folder: Path, *, as_json: bool, **flags: str) -> None:
    given = {"data_dir": str(folder), **flags}
    _greet(Context(args=argparse.Namespace(json=as_json), flags=given, loaded=load(flags=given)), HERE, "key")


def test_the_public_address_is_told_where_one_is_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    greet(tmp_path, as_json=False, public_url="https://news.example/desk/")
    shown = capsys.readouterr().out
    assert f"Copydesk is up at https://news.example/desk (on this machine at {HERE})" in shown
    assert "https://news.example/desk/ (log in with that key)" in shown
    assert "https://news.example/desk/v1/articles" in shown
    greet(tmp_path, as_json=True, public_url="https://news.example/desk/")
    told = json.loads(capsys.readouterr().out)
    assert (told["url"], told["publicUrl"]) == (HERE, "https://news.example/desk/")


def test_without_one_the_desk_is_where_it_listens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    greet(tmp_path, as_json=False)
    assert f"Copydesk is up at {HERE}\n" in capsys.readouterr().out
