"""XMP within a picture: its properties as words with their names, whatever prefixes the document gives them."""

import codecs
from collections.abc import Iterator, Mapping

from services.normalize.html.tree import Element, squeeze
from services.normalize.pictures.words import Word
from services.normalize.readers.xml_document import parse_xml
from shared.errors import NotAnArticle

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_MOST_WORDS, _DEEPEST, _LONGEST = 300, 8, 20_000
_PREFIXES: Mapping[str, str] = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://xmp.gettyimages.com/gift/1.0/": "GettyImagesGIFT",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
}
# Spaces in which cameras and programs write for themselves; of all others every word is told, whoever made them.
_SPACES_OF_MACHINES = ("http://ns.adobe.com/", "http://cipa.jp/exif/", "http://ns.google.com/", "adobe:ns:")
_OF_MARKUP = ("http://www.w3.org/",)
_MACHINES = frozenset({"tiff", "exif"})
_WORDS_OF_MACHINES = frozenset({"tiff:ImageDescription", "tiff:Artist", "tiff:Copyright", "exif:UserComment"})
_NO_WORDS = frozenset(
    "dc:format dc:identifier photoshop:ColorMode photoshop:ICCProfile photoshop:LegacyIPTCDigest "
    "photoshop:SidecarForExtension photoshop:DocumentAncestors photoshop:History photoshop:TextLayers "
    "photoshop:Urgency xmpRights:Marked plus:Version Iptc4xmpExt:DigImageGUID".split()
)


def read_xmp(packet: bytes) -> Iterator[Word]:
    """The words of a packet; raises `NotAnArticle` for one that is hostile or no XML."""
    text = _text_of(packet)
    if "<!" in text.replace("<!--", ""):
        raise NotAnArticle("it declares a type of document")
    left = _MOST_WORDS
    for description in parse_xml(text).iter(f"{_RDF}Description"):
        parent = description.getparent()
        if parent is not None and parent.tag == f"{_RDF}RDF":
            for word in _properties_of(description, "", 0):
                if not left:
                    return
                left -= 1
                yield word


def _text_of(packet: bytes) -> str:
    for mark, charset in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if packet.startswith(mark):
            return packet.decode(charset, "replace")
    return packet.decode("utf-8", "replace")


def _properties_of(element: Element, above: str, depth: int) -> Iterator[Word]:
    """The attributes and the elements of a description are properties alike."""
    for name, value in element.attrib.items():
        shown = _name_of(str(name), element)
        if shown and squeeze(str(value)):
            yield Word(name=f"{above}{shown}", text=squeeze(str(value))[:_LONGEST])
    for child in element:
        shown = _name_of(str(child.tag), child)
        if shown and depth < _DEEPEST:
            yield from _values_of(child, f"{above}{shown}", "", depth + 1)


def _values_of(element: Element, name: str, language: str, depth: int) -> Iterator[Word]:
    """A value is a text, a list or an alternative of values, or a description of its own."""
    language = element.get(_LANGUAGE) or language
    lists = [child for child in element if str(child.tag).startswith(_RDF) and depth < _DEEPEST]
    if not lists:
        text = squeeze(element.text or "")
        if text:
            yield Word(name=name, text=text[:_LONGEST], language=language)
        yield from _properties_of(element, f"{name}/", depth)
        return
    for child in lists:
        if child.tag == f"{_RDF}Description":
            yield from _properties_of(child, f"{name}/", depth + 1)
        else:
            yield from _values_of(child, name, language, depth + 1)


def _name_of(tag: str, element: Element) -> str:
    """`dc:description` of a tag with its namespace; "" for what holds no words of people."""
    space, _, local = tag.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(space)
    if prefix is None:
        if not space or space.startswith((*_SPACES_OF_MACHINES, *_OF_MARKUP)):
            return ""
        prefix = next((name for name, uri in element.nsmap.items() if uri == space and name), "other")
    name = f"{prefix}:{local}"
    if name in _NO_WORDS or (prefix in _MACHINES and name not in _WORDS_OF_MACHINES):
        return ""
    return name
