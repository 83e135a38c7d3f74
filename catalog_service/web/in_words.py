"""Values of documents as words for a sentence: dates, numbers of things, lists, languages. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# Where a date of publication was found, as it is said behind the date.
BASES: Mapping[str, str] = {
    "metadata": "from the file",
    "dateline": "from the dateline",
    "text": "from the text",
    "caption": "from the caption",
}
# English names by the codes of ISO 639-1: the languages that the ingest service recognises.
LANGUAGES: Mapping[str, str] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fo": "Faroese", "fr": "French", "ga": "Irish", "gl": "Galician", "gu": "Gujarati",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer",
    "kn": "Kannada", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz", "lb": "Luxembourgish", "lo": "Lao",
    "lt": "Lithuanian", "lv": "Latvian", "mg": "Malagasy", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian",
    "mr": "Marathi", "ms": "Malay", "mt": "Maltese", "nb": "Norwegian", "ne": "Nepali", "nl": "Dutch",
    "nn": "Norwegian", "no": "Norwegian", "oc": "Occitan", "or": "Odia", "pa": "Punjabi", "pl": "Polish",
    "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "rw": "Kinyarwanda", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili",
    "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "ug": "Uyghur", "uk": "Ukrainian",
    "ur": "Urdu", "vi": "Vietnamese", "xh": "Xhosa", "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip
SPELLED = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_PUBLISHED = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d\d)(?:T(\d\d:\d\d)[\d:.]*(Z?))?)?)?")


def day(published: str) -> str:
    """A date of publication, as far as it is known: "2024", "September 2024", "4 September 2024, 11:58 UTC".

    Anything else remains as it is written.
    """
    match = _PUBLISHED.fullmatch(published)
    if match is None:
        return published
    year, month, date, time, zone = match.groups()
    words = year if month is None else f"{MONTHS[int(month) - 1]} {year}"
    words = f"{int(date)} {words}" if date else words
    return f"{words}, {time}{' UTC' if zone else ''}" if time else words


def language(code: str) -> str:
    """The English name of a language; a code without a name remains, as does its region: "pt-BR" is Portuguese."""
    return LANGUAGES.get(code.partition("-")[0].lower(), code)


def count(number: int, noun: str, plural: str = "") -> str:
    """The number with its noun: "1 word", "1,671 words"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def spelled(number: int, noun: str = "", plural: str = "") -> str:
    """As `count`, with numbers up to twelve as words: "four passages", "no copy", "13 words"; without a noun "four"."""
    if number >= len(SPELLED):
        return count(number, noun, plural) if noun else f"{number:,}"
    return f"{SPELLED[number]} {noun if number <= 1 else plural or noun + 's'}" if noun else SPELLED[number]


def duration(span: timedelta) -> str:
    """The span in the largest unit of which it has two or more: "two hours", "14 days"."""
    seconds = int(span.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length:
            return spelled(seconds // length, unit)
    return "less than two minutes"


def share(part: float) -> str:
    """A share from 0 to 1 as a percentage; a small one that is more than nothing is not 0%."""
    return "less than 1%" if 0 < part < 0.005 else f"{part:.0%}"


def listed(items: Sequence[str]) -> str:
    """The items as a list of a sentence: "a, b and c"."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def shortened(text: str, most: int) -> str:
    """The text, or its first words in `most` code points with an ellipsis; a word that is too long is cut."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    words = kept.rpartition(" ")[0]
    return f"{(words if len(words) > most // 2 else kept).rstrip(' ,;:–—-')}…"
