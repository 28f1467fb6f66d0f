"""Articles that come with their pictures: one part of the body is the article, the others are JPEG, PNG or WebP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import BinaryIO, get_args

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request

from services.web.keys import Publisher
from services.web.multipart import Part, boundary_of, media_type_of, read_parts
from services.web.problems import BODY, Problem
from services.web.push_headers import ACCEPTED, inputs_of, read_kind
from services.web.request_body import too_large
from services.web.spooling import MULTIPART, spool_of
from services.web.state import AppState
from shared.envelope import MOST_BYTES, Input
from shared.errors import InputRefused
from shared.package import PACKAGE_TYPE, Package, Picture, PictureType, pack
from shared.picture_files import HEAD, pieces_of
from shared.untrusted.picture_segments import picture_type_of

KINDS = get_args(PictureType)


def is_package(headers: Headers) -> bool:
    """Does a request say that its body has several parts?"""
    return headers.get("content-type", "").partition(";")[0].strip().lower() in MULTIPART


@asynccontextmanager
async def read_package(request: Request, app_state: AppState, publisher: Publisher) -> AsyncIterator[Sequence[Input]]:
    """The article of a request with the pictures that came with it; those not taken in are gone with the block."""
    boundary = boundary_of(request.headers.get("content-type", ""))
    pictures: list[Picture] = []
    async with spool_of(request, app_state) as spool, app_state.batches:
        try:
            reading = partial(_read, spool, boundary, request.headers, publisher, app_state, pictures)
            yield [await app_state.read(reading)]
        finally:
            await app_state.read(partial(app_state.pictures.let_go, pictures))


def _read(
    spool: BinaryIO,
    boundary: bytes,
    headers: Headers,
    publisher: Publisher,
    app_state: AppState,
    pictures: list[Picture],
) -> Input:
    parts = read_parts(spool, boundary)
    article = _article_among(spool, parts)
    item = _article_of(spool, article, _headers_of(headers, article, parts), publisher, app_state)
    for part in parts:
        if part is not article:
            pictures.append(_staged(spool, part, app_state))  # noqa: PERF401 - those before a bad one are let go too
    told = tuple(picture.told for picture in pictures)
    body = pack(Package(media_type=item.media_type, body=item.body, pictures=told))
    return msgspec.structs.replace(item, media_type=PACKAGE_TYPE, body=body, pictures=tuple(pictures))


def _article_among(spool: BinaryIO, parts: Sequence[Part]) -> Part:
    """The part that is called `article`, else the first that is no picture; raises `Problem` where none is."""
    texts = [part for part in parts if not _is_picture(spool, part)]
    named = [part for part in texts if part.name == "article"]
    article = next(iter(named or texts), None)
    if article is None:
        raise Problem("no-article", "No part of the body holds an article; all are pictures.", at=BODY)
    others = [part for part in texts if part is not article]
    if others and media_type_of(others[0]).partition(";")[0].strip().lower() in ACCEPTED:
        detail = f"One article comes with its pictures, and there are two: {article.shown} and {others[0].shown}."
        raise Problem("bad-request", detail, at=BODY)
    if others:
        detail = f"{others[0].shown} is neither the article nor a JPEG, PNG or WebP picture.".capitalize()
        raise Problem("unsupported-media-type", detail, at=BODY, accepted=KINDS)
    return article


def _is_picture(spool: BinaryIO, part: Part) -> bool:
    spool.seek(part.start)
    return picture_type_of(spool.read(min(HEAD, part.end - part.start))) is not None


def _headers_of(headers: Headers, article: Part, parts: Sequence[Part]) -> Headers:
    """The header lines of the request, and those of its parts that tell of the article."""
    told = headers.mutablecopy()
    if article.location:
        told.setdefault("content-location", article.location)
    for part in parts:
        for said in part.embargoes:
            told.append("x-embargoed-until", said)
    return told


def _article_of(spool: BinaryIO, part: Part, headers: Headers, publisher: Publisher, app_state: AppState) -> Input:
    most = min(app_state.settings.max_input_bytes, MOST_BYTES)
    if part.end - part.start > most:
        raise too_large(most)
    spool.seek(part.start)
    body = spool.read(part.end - part.start)
    if not body.strip():
        raise Problem("no-article", f"The article, {part.shown}, is empty.", at=BODY)
    said = media_type_of(part)
    if not said:
        detail = f"{part.shown} says no type, and its name does not tell it.".capitalize()
        raise Problem("unsupported-media-type", detail, at=BODY, accepted=ACCEPTED)
    inputs = inputs_of(read_kind(said), body, headers, publisher)
    if len(inputs) != 1:
        detail = f"Pictures come with one article, and {part.shown} holds {len(inputs)}."
        raise Problem("bad-request", detail, at=BODY)
    return inputs[0]


def _staged(spool: BinaryIO, part: Part, app_state: AppState) -> Picture:
    most = app_state.settings.max_picture_bytes
    if part.end - part.start > most:
        raise Problem("too-large", f"A picture may have {most} bytes; {part.shown} has more.", at=BODY, maxBytes=most)
    try:
        return app_state.pictures.stage(pieces_of(spool, part.start, part.end), part.names, most)
    except InputRefused as error:
        raise Problem("unsupported-media-type", f"{error}.", at=BODY, accepted=KINDS) from error
