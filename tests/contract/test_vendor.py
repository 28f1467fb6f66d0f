"""What browsers get of other projects is unchanged and licensed; every word of ours has a translation."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "services" / "web"
VENDOR, PAGES = WEB / "vendor", WEB / "pages"
PACKAGES = tomllib.loads((VENDOR / "vendor.toml").read_text("utf-8"))["package"]


TESTS = Path(__file__).parents[1] / "vendor" / "axe"


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_vendored_files_are_unchanged_and_carry_their_licence(package: dict[str, object]) -> None:
    hashes = package["sha256"]
    assert isinstance(hashes, dict)
    found = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in hashes}
    assert found == hashes
    assert len((VENDOR / str(package["licence_file"])).read_text("utf-8")) > 100


def test_what_only_tests_use_is_unchanged_and_carries_its_licence_too() -> None:
    (package,) = tomllib.loads((TESTS / "vendor.toml").read_text("utf-8"))["package"]
    for name, digest in package["sha256"].items():
        assert hashlib.sha256((TESTS / name).read_bytes()).hexdigest() == digest
    assert "Mozilla Public License" in (TESTS / package["licence_file"]).read_text("utf-8")


def test_nothing_is_vendored_that_is_not_listed() -> None:
    listed = {name for package in PACKAGES for name in package["sha256"]}
    assert {path.name for path in VENDOR.iterdir() if path.is_file()} == listed | {"vendor.toml"}


def test_every_word_on_the_pages_is_translated() -> None:
    vietnamese = tomllib.loads((PAGES / "words" / "vi.toml").read_text("utf-8"))
    texts = {
        text
        for path in (PAGES / "templates").iterdir()
        for _, text in re.findall(r"""\bt\((["'])(.*?)\1\)""", path.read_text("utf-8"))
    }
    assert len(texts) > 50
    assert sorted(text for text in texts if text not in vietnamese) == []


def test_pages_have_no_script_or_style_within() -> None:
    for path in (PAGES / "templates").iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bon[a-z]+=|\bstyle=|\|\s*safe\b", text), path.name
