"""Drops of every form with a real Valkey: what is taken, what is told beside it, and which pictures go with what."""

import io
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.ingest.desk_acts import Named, withdraw
from services.ingest.drop_refusals import DropRefusals
from services.ingest.drops import Drops
from services.ingest.intake import open_decisions
from services.normalize.tasks import read_articles
from services.web.keys import open_keys
from services.web.names import Names
from shared.envelope import MOST_BYTES
from shared.errors import TransientError
from tests.conftest import Server, settings_over
from tests.integration.test_drops import Desk
from tests.office import a_docx, a_drawing, a_paragraph
from tests.pictures import a_jpeg, a_png, an_xmp
from tests.stages import work_off

WORDS = "Cây cầu sáng đèn trở lại sau ba tháng thi công, thành phố cho biết hôm thứ Hai."
TEXT = f"Cầu sáng đèn\n\n{WORDS}\n".encode()
CAPTIONED = a_jpeg(xmp=an_xmp({"dc:description": "Cây cầu về đêm", "photoshop:Headline": "Cầu về đêm"}))


class FormsDesk(Desk):
    """A desk whose workers do their work when they are told."""

    def work(self) -> None:
        read = read_articles(max_bytes=MOST_BYTES, cpu_s=20)
        work_off(self.ledger, read, SqliteSink(self.settings.index_file))

    def take_all(self, names: Sequence[str]) -> None:
        """Take files, and those that are to be taken anew for them."""
        while names:
            names = [name for name, why in self.take(names).items() if why == "anew"]

    def article(self, name: str) -> dict[str, Any] | None:
        """What became of a file, or of a part of one (`tin.zip#a.txt`)."""
        self.work()
        stored = Index(self.settings.index_file).get(f"path:{name}")
        return None if stored is None else msgspec.to_builtins(stored.article)

    def problem(self, name: str) -> dict[str, Any] | None:
        path = Path(self.settings.data_dir, "problems", f"{name}.problem.json")
        return json.loads(path.read_bytes()) if path.exists() else None


@pytest.fixture
def desk(settings: Any) -> Iterator[FormsDesk]:
    made = FormsDesk(settings)
    made.drops = Drops(settings, made.intake, made.redis, lone_s=0.0)
    yield made
    made.drops.close()


def a_zip(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name, body in files.items():
            file.writestr(name.replace("__", "."), body)
    return written.getvalue()


def test_a_refused_drop_is_told_in_a_file_of_the_data_folder_until_it_is_taken(desk: FormsDesk) -> None:
    desk.drop("hue/old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    desk.take(["hue/old.doc"])
    problem = desk.problem("hue/old.doc")
    assert problem is not None
    assert problem["type"] == "urn:x-copydesk:drop-refused"
    assert problem["file"] == "hue/old.doc"
    assert "an old Word" in problem["detail"]
    assert {"title", "do", "since"} <= set(problem)
    assert os.listdir(desk.folder / "hue") == ["old.doc"]
    desk.drop("hue/old.doc", b"{\\rtf1 Words.}")
    desk.take(["hue/old.doc"])
    assert desk.problem("hue/old.doc") is None
    assert not (Path(desk.settings.data_dir) / "problems" / "hue").exists()


@pytest.mark.parametrize("name", ["x" * 250 + ".exe", os.fsdecode(b"b\xe0i \x1b[31m.exe"), "a%20b.exe"])
def test_a_name_of_any_kind_has_its_problem_file_and_it_goes_with_the_file(desk: FormsDesk, name: str) -> None:
    path = desk.drop(name, b"MZ\x90\0")
    desk.take([name])
    told = list(Path(desk.settings.data_dir, "problems").iterdir())
    assert [json.loads(one.read_bytes())["type"] for one in told] == ["urn:x-copydesk:drop-refused"]
    path.unlink()
    desk.take([name])
    assert list(Path(desk.settings.data_dir, "problems").iterdir()) == []


def test_problem_files_of_a_desk_whose_redis_was_lost_go_with_their_files(desk: FormsDesk) -> None:
    path = desk.drop("a.exe", b"MZ\x90\0")
    desk.take(["a.exe"])
    desk.redis.flushall()
    path.unlink()
    desk.drops.tidy()
    desk.drops.tidy()
    assert desk.problem("a.exe") is None


def test_of_a_zip_all_that_is_read_is_taken_and_the_rest_is_told(desk: FormsDesk) -> None:
    desk.drop(
        "tin.zip", a_zip(one__txt=TEXT, two__exe=b"MZ\x90\0", three__html=b"<html><body><h1>Three</h1></body></html>")
    )
    desk.take(["tin.zip"])
    assert desk.accepted() == 2
    problem = desk.problem("tin.zip")
    assert problem is not None
    assert problem["type"] == "urn:x-copydesk:drop-partly-taken"
    assert [member["name"] for member in problem["members"]] == ["two.exe"]
    assert "1 of 3 parts" in desk.reasons()["tin.zip"]
    desk.take(["tin.zip"])
    assert desk.accepted() == 2
    desk.drop("tin.zip", a_zip(one__txt=TEXT))
    desk.take(["tin.zip"])
    assert desk.problem("tin.zip") is None
    assert desk.ledger.balance().duplicate == 1


def test_of_a_zip_of_which_nothing_is_taken_each_part_is_named(desk: FormsDesk) -> None:
    desk.drop("tin.zip", a_zip(one__exe=b"MZ\x90\0", two__mp4=b"\0\0\0\x18ftyp"))
    desk.take(["tin.zip"])
    problem = desk.problem("tin.zip") or {}
    assert problem["type"] == "urn:x-copydesk:drop-refused"
    assert [member["name"] for member in problem["members"]] == ["one.exe", "two.mp4"]


def test_a_copy_of_a_drop_in_which_no_article_was_found_is_told_too(desk: FormsDesk) -> None:
    empty = a_docx(a_paragraph(" "))
    for name in ("a.docx", "b.docx"):
        desk.drop(name, empty)
        desk.take([name])
    desk.work()
    desk.drops.tidy()
    desk.drop("c.docx", empty)
    desk.take(["c.docx"])
    assert {"a.docx", "b.docx", "c.docx"} <= set(desk.reasons())


def test_a_drop_in_which_no_article_is_found_when_it_is_read_is_told_as_well(desk: FormsDesk) -> None:
    desk.drop("empty.docx", a_docx(a_paragraph(" ")))
    desk.drop("tin.zip", a_zip(a__docx=a_docx(a_paragraph("   ")), b__txt=TEXT, c__exe=b"MZ\x90\0"))
    desk.take(["empty.docx", "tin.zip"])
    desk.work()
    desk.drops.tidy()
    problem = desk.problem("empty.docx")
    assert problem is not None
    assert (problem["type"], problem["detail"]) == ("urn:x-copydesk:drop-unread", "The DOCX holds no words.")
    partly = desk.problem("tin.zip") or {}
    assert partly["type"] == "urn:x-copydesk:drop-partly-taken"
    assert "2 of 3 parts" in partly["detail"]
    assert [member["name"] for member in partly["members"]] == ["c.exe", "a.docx"]
    assert partly["members"][1]["detail"] == "The DOCX holds no words."
    desk.drop("empty.docx", a_docx(a_paragraph(WORDS)))
    desk.take(["empty.docx"])
    desk.drops.tidy()
    assert desk.problem("empty.docx") is None


def test_a_part_in_which_no_article_was_found_before_is_told_in_the_next_file_too(desk: FormsDesk) -> None:
    empty = [a_docx(a_paragraph(" " * number)) for number in (1, 2)]
    desk.drop("first.zip", a_zip(a__docx=empty[0], b__docx=empty[1]))
    desk.take(["first.zip"])
    desk.work()
    desk.drops.tidy()
    assert (desk.problem("first.zip") or {})["type"] == "urn:x-copydesk:drop-unread"
    desk.drop("second.zip", a_zip(x__docx=empty[0], y__txt=TEXT))
    desk.take(["second.zip"])
    problem = desk.problem("second.zip") or {}
    assert problem["type"] == "urn:x-copydesk:drop-partly-taken"
    assert problem["members"] == [{"name": "x.docx", "detail": "The DOCX holds no words."}]


def test_of_drops_refused_together_each_is_told_whatever_comes_in_between(desk: FormsDesk) -> None:
    names = {f"{number}.docx" for number in range(3)}
    for name in names:
        desk.drop(name, a_docx(a_paragraph(" "), core=f"<dc:title>{name}</dc:title>"))
    desk.take(sorted(names))
    desk.work()  # one batch, refused at one moment
    refusals = DropRefusals(desk.redis, desk.folder, at_once=2)
    with pytest.raises(TransientError), refusals.new() as first:
        raise TransientError("Redis went away")
    assert set(first.unread) == names
    with refusals.new() as again:
        assert again == first
    with refusals.new() as later:
        assert not later.unread


def test_new_words_for_an_article_that_the_desk_withdrew_are_told(desk: FormsDesk) -> None:
    desk.drop("bai.txt", TEXT)
    desk.take(["bai.txt"])
    desk.work()
    stored = Index(desk.settings.index_file).get("path:bai.txt")
    assert stored is not None
    named = Named(article=stored.article_id, aliases=stored.aliases, origin=None)
    withdraw(desk.intake, open_decisions(desk.settings), [named], "wrong")
    desk.work()
    for more in (b"Mot.", b"Hai."):
        desk.drop("bai.txt", TEXT + more)
        desk.take(["bai.txt"])
        desk.work()
        problem = desk.problem("bai.txt") or {}
        assert problem["type"] == "urn:x-copydesk:drop-taken-back"
        assert stored.article_id in problem["detail"]
        assert "bai.txt" in desk.reasons()


def test_a_containers_own_path_names_its_parts(desk: FormsDesk) -> None:
    desk.drop("tin.zip", a_zip(a__txt=TEXT, b__txt=TEXT.replace(b"ba", b"hai")))
    desk.take(["tin.zip"])
    desk.work()
    names = Names(desk.settings, Index(desk.settings.index_file), None, open_keys(desk.settings))
    assert names.parts("tin.zip") == names.parts("seeds/tin.zip") == ("tin.zip#a.txt", "tin.zip#b.txt")
    assert names.parts("tin.zi") == ()


def pictures_of(article: dict[str, Any] | None) -> list[tuple[str | None, bool]]:
    """The pictures of an article: the caption of each, and whether it is one that came along."""
    blocks = [block for block in (article or {})["blocks"] if block["type"] == "picture"]
    return [(block.get("caption"), block["href"].startswith("ni:///")) for block in blocks]


def kept(desk: FormsDesk) -> int:
    """How many pictures lie beside the archive."""
    return sum(1 for _ in (desk.settings.archive_folder / "pictures").glob("??/*"))


def test_a_picture_beside_an_article_comes_with_it_whichever_is_first(desk: FormsDesk) -> None:
    desk.drop("first.txt", TEXT)
    desk.take(["first.txt"])
    desk.drop("first.jpg", CAPTIONED)
    assert desk.take(["first.jpg"]) == {"first.txt": "anew"}
    desk.take(["first.txt"])
    assert pictures_of(desk.article("first.txt")) == [("Cây cầu về đêm", True)]
    desk.drop("second-1.jpg", CAPTIONED)
    desk.drop("second.txt", TEXT.replace(b"ba", b"hai"))
    desk.take_all(["second.txt", "second-1.jpg"])
    assert pictures_of(desk.article("second.txt")) == [("Cây cầu về đêm", True)]
    assert desk.ledger.balance().duplicate == 0
    assert kept(desk) == 1


def test_a_picture_that_an_article_names_comes_with_it_when_it_comes(desk: FormsDesk) -> None:
    page = (
        f'<html lang="vi"><body><h1>Cầu sáng đèn</h1><p>{WORDS}</p><img src="anh/cau.png"><p>{WORDS}</p></body></html>'
    )
    desk.drop("bai.html", page.encode())
    desk.take(["bai.html"])
    desk.drop("anh/cau.png", a_png(xmp=an_xmp({"dc:description": "Cây cầu"})))
    assert desk.take(["anh/cau.png"]) == {"bai.html": "anew"}
    desk.take(["bai.html"])
    assert pictures_of(desk.article("bai.html")) == [("Cây cầu", True)]


def test_a_picture_that_an_article_named_once_is_its_own_article(desk: FormsDesk) -> None:
    desk.drop("bai.txt", TEXT + b"Anh: cau.jpg\n")
    desk.take(["bai.txt"])
    desk.drop("bai.txt", TEXT)
    desk.take(["bai.txt"])
    desk.drop("cau.jpg", CAPTIONED)
    assert desk.take(["cau.jpg"]) == {}
    assert (desk.article("cau.jpg") or {})["headline"] == "Cầu về đêm"


def test_a_picture_alone_waits_and_is_then_an_article_of_its_own_words(desk: FormsDesk) -> None:
    patient = Drops(desk.settings, desk.intake, desk.redis)
    desk.drop("lone.jpg", CAPTIONED)
    assert patient.take({"lone.jpg": 0.0}) == {"lone.jpg": "unsure"}
    patient.close()
    desk.take(["lone.jpg"])
    article = desk.article("lone.jpg")
    assert article is not None
    assert (article["kind"], article["headline"]) == ("picture", "Cầu về đêm")
    assert pictures_of(article) == [("Cây cầu về đêm", True)]


def test_a_picture_that_was_taken_alone_goes_with_its_article_when_that_comes(desk: FormsDesk) -> None:
    desk.drop("bai-01.jpg", CAPTIONED)
    desk.take(["bai-01.jpg"])
    assert desk.article("bai-01.jpg") is not None
    desk.drop("bai.txt", TEXT)
    desk.take(["bai.txt"])
    assert pictures_of(desk.article("bai.txt")) == [("Cây cầu về đêm", True)]
    alone = Index(desk.settings.index_file).get("path:bai-01.jpg")
    assert alone is not None
    assert alone.withdrawn


def test_a_numbered_picture_that_has_an_article_of_its_own_goes_with_that_alone(desk: FormsDesk) -> None:
    desk.drop("bai.txt", TEXT)
    desk.drop("bai-2.txt", TEXT.replace(b"ba", b"hai"))
    desk.drop("bai-2.jpg", CAPTIONED)
    desk.take_all(["bai.txt", "bai-2.txt", "bai-2.jpg"])
    assert pictures_of(desk.article("bai.txt")) == []
    assert pictures_of(desk.article("bai-2.txt")) == [("Cây cầu về đêm", True)]


def test_pictures_numbered_in_any_way_come_with_their_article_in_any_order(desk: FormsDesk) -> None:
    names = ["bai1.jpg", "bai_02.jpg", "bai (3).png"]
    for number, name in enumerate(names):
        desk.drop(
            name, a_png(texts={"Description": f"Cau {number}"}) if ".png" in name else a_jpeg(pixels=bytes([number]))
        )
        if number == 1:  # after the first, which was taken alone
            desk.drop("bai.txt", TEXT)
            desk.take(["bai.txt"])
        desk.take_all([name])
    assert len(pictures_of(desk.article("bai.txt"))) == 3


def test_a_picture_without_a_word_is_told_with_what_to_do(desk: FormsDesk) -> None:
    desk.drop("lone.jpg", a_jpeg())
    desk.take(["lone.jpg"])
    desk.work()
    desk.drops.tidy()
    assert "drop it beside an article" in desk.reasons()["lone.jpg"]


def test_the_pictures_in_a_document_of_word_stand_where_they_stood(desk: FormsDesk) -> None:
    body = a_docx(
        a_paragraph("Cầu sáng đèn"), a_paragraph(WORDS), a_drawing("rId1"), a_paragraph("Ảnh: Minh Tâm", "Ch"),
        a_paragraph(WORDS.replace("ba", "hai")), media={"image1.jpeg": CAPTIONED, "image2.emf": b"\1\0"},
    )  # fmt: skip
    desk.drop("bai.docx", body)
    desk.take(["bai.docx"])
    article = desk.article("bai.docx")
    assert article is not None
    assert article["headline"] == "Cầu sáng đèn"
    assert pictures_of(article) == [("Cây cầu về đêm", True)]
    assert "image2.emf" in str(desk.problem("bai.docx"))


def test_a_picture_that_is_too_large_is_told_and_its_article_taken(shared_redis: Server, tmp_path: Path) -> None:
    desk = FormsDesk(settings_over(shared_redis, tmp_path, max_picture_bytes=1000))
    desk.drop("bai.jpg", a_jpeg(pixels=bytes(2000)))
    desk.drop("bai.txt", TEXT)
    desk.take(["bai.txt"])
    desk.drops.close()
    assert desk.accepted() == 1
    assert "bai.jpg: it has more than 1000 bytes (max_picture_bytes)" in desk.reasons()["bai.txt"]


def test_a_zip_larger_than_any_document_is_read_where_it_lies(shared_redis: Server, tmp_path: Path) -> None:
    desk = FormsDesk(settings_over(shared_redis, tmp_path, max_input_bytes=2000, max_zip_bytes=20_000))
    body = a_zip(a__txt=TEXT, a__jpg=a_jpeg(pixels=bytes(5000)), b__txt=b"x" * 3000, c__txt=TEXT.replace(b"ba", b"hai"))
    desk.drop("tin.zip", body)
    desk.take(["tin.zip"])
    assert desk.accepted() == 2
    assert kept(desk) == 1
    assert "b.txt: it has more than 2000 bytes" in desk.reasons()["tin.zip"]
    desk.take(["tin.zip"])
    assert desk.accepted() == 2
    desk.drop("huge.zip", a_zip(a__jpg=bytes(30_000)))
    desk.drop("none.zip", bytes(3000))
    desk.take(["huge.zip", "none.zip"])
    assert "max_zip_bytes is 20000" in desk.reasons()["huge.zip"]
    assert "is no ZIP that can be read" in desk.reasons()["none.zip"]
    desk.drops.close()


def test_no_picture_stays_staged_whatever_became_of_its_article(desk: FormsDesk) -> None:
    desk.drop("tin.zip", a_zip(a__txt=TEXT, a__jpg=CAPTIONED, b__json=b"[1, 2", b__jpg=a_jpeg(pixels=b"1")))
    desk.take(["tin.zip"])
    desk.take(["tin.zip"])
    assert list((desk.settings.archive_folder / "pictures").glob("coming-*")) == []
    assert kept(desk) == 2
