"""The ranges of characters of scripts that put no space between words, for regular expressions."""

# Thai, Lao, Burmese, Khmer, Japanese, Chinese. Their punctuation and digits are not included.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u17d7\u17dc\u17dd"
    "\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003fffd"
)
# Korean has spaces, but its particles are attached to the words.
HANGUL = "\u1100-\u11ff\uac00-\ud7a3"
