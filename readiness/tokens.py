"""Words by which procedures and articles are found: folded, without those that say nothing."""

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]{3,}|\d{3,}")
_LONGEST = 40
_MOST = 300
_SAY_NOTHING = """
the and for are but not you your our with that this have has had was were will would can
could from they them their there then than what when where who why how all any more most
since every still just about into over after before again please hello dear thank thanks
und der die das den dem des ein eine einen einem einer ist sind war wir ihr sie ich mit von
für auf aus bei nach nicht noch auch wird werden haben hat kann bitte guten tag
"""


def words_of(*texts: str) -> list[str]:
    """The telling words of these texts, each once, in their order."""
    plain = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    found = _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
    return [w[:_LONGEST] for w in dict.fromkeys(found) if w not in _FOLDED][:_MOST]


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(c for c in plain if not unicodedata.combining(c))


_FOLDED = frozenset(_folded(word) for word in _SAY_NOTHING.split())
