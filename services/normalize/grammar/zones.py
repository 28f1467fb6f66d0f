"""Which time zone a page's wall clock is in, when only its address or language can say: countries with one zone."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_BY_COUNTRY = {
    "ad": "Europe/Andorra", "ae": "Asia/Dubai", "al": "Europe/Tirane", "am": "Asia/Yerevan",
    "ar": "America/Argentina/Buenos_Aires",
    "at": "Europe/Vienna", "az": "Asia/Baku", "ba": "Europe/Sarajevo", "bd": "Asia/Dhaka", "be": "Europe/Brussels",
    "bg": "Europe/Sofia",
    "bo": "America/La_Paz", "by": "Europe/Minsk", "ch": "Europe/Zurich", "cl": "America/Santiago",
    "cn": "Asia/Shanghai", "co.ke": "Africa/Nairobi",
    "co.za": "Africa/Johannesburg", "com.co": "America/Bogota", "cr": "America/Costa_Rica", "cu": "America/Havana",
    "cy": "Asia/Nicosia",
    "cz": "Europe/Prague", "de": "Europe/Berlin", "dk": "Europe/Copenhagen", "do": "America/Santo_Domingo",
    "dz": "Africa/Algiers",
    "ec": "America/Guayaquil", "ee": "Europe/Tallinn", "eg": "Africa/Cairo", "es": "Europe/Madrid",
    "et": "Africa/Addis_Ababa",
    "fi": "Europe/Helsinki", "fr": "Europe/Paris", "ge": "Asia/Tbilisi", "gh": "Africa/Accra", "gr": "Europe/Athens",
    "gt": "America/Guatemala",
    "hk": "Asia/Hong_Kong", "hn": "America/Tegucigalpa", "hr": "Europe/Zagreb", "hu": "Europe/Budapest",
    "ie": "Europe/Dublin",
    "il": "Asia/Jerusalem", "in": "Asia/Kolkata", "iq": "Asia/Baghdad", "ir": "Asia/Tehran",
    "is": "Atlantic/Reykjavik", "it": "Europe/Rome",
    "jm": "America/Jamaica", "jo": "Asia/Amman", "jp": "Asia/Tokyo", "ke": "Africa/Nairobi", "kh": "Asia/Phnom_Penh",
    "kr": "Asia/Seoul",
    "kw": "Asia/Kuwait", "la": "Asia/Vientiane", "lb": "Asia/Beirut", "li": "Europe/Vaduz", "lk": "Asia/Colombo",
    "lt": "Europe/Vilnius",
    "lu": "Europe/Luxembourg", "lv": "Europe/Riga", "ma": "Africa/Casablanca", "md": "Europe/Chisinau",
    "mk": "Europe/Skopje",
    "mm": "Asia/Yangon", "mt": "Europe/Malta", "my": "Asia/Kuala_Lumpur", "na": "Africa/Windhoek",
    "ng": "Africa/Lagos", "ni": "America/Managua",
    "nl": "Europe/Amsterdam", "no": "Europe/Oslo", "np": "Asia/Kathmandu", "nz": "Pacific/Auckland",
    "pa": "America/Panama", "pe": "America/Lima",
    "ph": "Asia/Manila", "pk": "Asia/Karachi", "pl": "Europe/Warsaw", "py": "America/Asuncion", "qa": "Asia/Qatar",
    "ro": "Europe/Bucharest",
    "rs": "Europe/Belgrade", "sa": "Asia/Riyadh", "se": "Europe/Stockholm", "sg": "Asia/Singapore",
    "si": "Europe/Ljubljana",
    "sk": "Europe/Bratislava", "sv": "America/El_Salvador", "th": "Asia/Bangkok", "tn": "Africa/Tunis",
    "tr": "Europe/Istanbul",
    "tw": "Asia/Taipei", "tz": "Africa/Dar_es_Salaam", "ua": "Europe/Kyiv", "ug": "Africa/Kampala",
    "uk": "Europe/London",
    "uy": "America/Montevideo", "ve": "America/Caracas", "vn": "Asia/Ho_Chi_Minh", "za": "Africa/Johannesburg",
    "zw": "Africa/Harare",
}  # fmt: skip
_BY_LANGUAGE = {
    "hi": "Asia/Kolkata", "mr": "Asia/Kolkata", "ta": "Asia/Kolkata", "te": "Asia/Kolkata", "gu": "Asia/Kolkata",
    "ml": "Asia/Kolkata", "kn": "Asia/Kolkata", "pa": "Asia/Kolkata", "id": "Asia/Jakarta", "ms": "Asia/Kuala_Lumpur",
    "fa": "Asia/Tehran", "ka": "Asia/Tbilisi", "hy": "Asia/Yerevan", "be": "Europe/Minsk", "pt-br": "America/Sao_Paulo",
    "vi": "Asia/Ho_Chi_Minh", "de": "Europe/Berlin", "it": "Europe/Rome", "ja": "Asia/Tokyo", "ko": "Asia/Seoul",
    "pl": "Europe/Warsaw",
    "cs": "Europe/Prague", "sk": "Europe/Bratislava", "hu": "Europe/Budapest", "nl": "Europe/Amsterdam",
    "sv": "Europe/Stockholm",
    "da": "Europe/Copenhagen", "nb": "Europe/Oslo", "no": "Europe/Oslo", "nn": "Europe/Oslo",
    "fi": "Europe/Helsinki", "tr": "Europe/Istanbul",
    "el": "Europe/Athens", "ro": "Europe/Bucharest", "bg": "Europe/Sofia", "uk": "Europe/Kyiv",
    "he": "Asia/Jerusalem", "th": "Asia/Bangkok",
    "hr": "Europe/Zagreb", "sr": "Europe/Belgrade", "sl": "Europe/Ljubljana", "et": "Europe/Tallinn",
    "lv": "Europe/Riga", "lt": "Europe/Vilnius",
    "is": "Atlantic/Reykjavik", "fr-fr": "Europe/Paris", "es-es": "Europe/Madrid", "en-gb": "Europe/London",
    "pt-pt": "Europe/Lisbon",
}  # fmt: skip
_REGIONS = {"gb": "uk"}


def zone_named(name: str | None) -> ZoneInfo | None:
    """The zone of an IANA name; None when there is none of that name."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of_page(url: str | None, language: str | None) -> tuple[ZoneInfo, str] | None:
    """The zone of the country in a page's address, else of its language, with the rule that said so."""
    name = _BY_COUNTRY.get(country_of(url))
    if name:
        zone = zone_named(name)
        return (zone, "country of the address") if zone else None
    tag = (language or "").lower()
    region = tag.partition("-")[2]
    name = (
        _BY_LANGUAGE.get(tag)
        or _BY_COUNTRY.get(_REGIONS.get(region, region))
        or _BY_LANGUAGE.get(tag.partition("-")[0])
    )
    zone = zone_named(name)
    return (zone, "language of the page") if zone else None


def country_of(url: str | None) -> str:
    """The last label of a host, which is a country's where it has two letters."""
    try:
        return (urlsplit(url or "").hostname or "").rsplit(".", 1)[-1]
    except ValueError:
        return ""
