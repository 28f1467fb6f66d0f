"""What bytes that are no text look like, told by their first bytes, for a sentence that says so."""

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"%PDF-", "a PDF document"),
    (b"%!PS-Adobe", "a PostScript document"),
    (b"{\\rtf", "an RTF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word, Excel or Outlook document"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"BZh", "bzip2-compressed data"),
    (b"\xfd7zXZ\0", "xz-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\0asm", "a program"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"ID3", "an MP3 recording"),
    (b"\xff\xfb", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM film"),
    (b"\0\0\1\0", "an icon"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"\0\1\0\0\0", "a font"),
    (b"OTTO", "a font"),
)
_INSIDE = (
    (4, b"ftyp", "an MP4 film or a HEIC picture"),
    (8, b"WEBP", "a WebP picture"),
    (8, b"WAVE", "a WAV recording"),
    (8, b"AVI ", "an AVI film"),
    (257, b"ustar", "a TAR archive"),
)
# What the members of a ZIP archive are called tells the document it is.
_IN_ZIP = (
    (b"word/", "a DOCX document of Word"),
    (b"application/vnd.oasis.opendocument.text", "an ODT document"),
    (b"application/epub+zip", "an EPUB book"),
    (b"xl/", "an XLSX table of Excel"),
    (b"ppt/", "a PPTX presentation"),
)
_ZIP_ENDS = 64 * 1024  # at either end: the first members, and the list of all
_ADVICE = (
    ("PDF", "take its text out first, for example with pdftotext"),
    ("DOCX", "save it as plain text or HTML in the word processor"),
    ("ODT", "save it as plain text or HTML in the word processor"),
    ("Word", "save it as plain text or HTML in the word processor"),
    ("RTF", "save it as plain text or HTML in the word processor"),
    ("EPUB", "take its chapters out as HTML first"),
    ("compressed", "unpack it first"),
    ("archive", "unpack it, and read the documents in it one by one"),
)
_TEXT_STARTS = (b"ID3", b"BZh", b"OTTO", b"MZ\x90", b"%PDF-", b"%!PS-Adobe")


def binary_kind(body: bytes) -> str | None:
    """What these bytes are if they start like a well-known kind of file that is no text, as "a PNG picture"."""
    for start, kind in _STARTS:
        if body.startswith(start) and not (start in _TEXT_STARTS and _reads_on_as_text(body[len(start) :])):
            return _in_zip(body, kind) if kind == "a ZIP archive" else kind
    for offset, mark, kind in _INSIDE:
        if body[offset : offset + len(mark)] == mark and b"\0" in body[:512]:
            return kind
    return None


def what_to_do(kind: str) -> str:
    """What a person does with a kind of file that is no text: the end of a sentence, with its colon, or nothing."""
    return next((f": {advice}" for word, advice in _ADVICE if word in kind), "")


def _in_zip(body: bytes, kind: str) -> str:
    ends = (body[:_ZIP_ENDS], body[-_ZIP_ENDS:])
    return next((named for mark, named in _IN_ZIP if any(mark in end for end in ends)), kind)


def _reads_on_as_text(body: bytes) -> bool:
    """A news text may well begin "ID3 tags" or "OTTO": what follows then holds spaces and lines, and no controls."""
    head = body[:64]
    return bool(head) and not any(byte < 9 or 13 < byte < 32 or byte > 126 for byte in head)
