"""Text as searchable words, the same for both databases: folded, split, once each. Knows no table.

Each definition also carries two marks: where it lives, and its tags. They can never meet a word that a
person types, because people's words are cut to 40 characters of letters and digits and marks begin with `0x`.
"""

import re
import unicodedata
from typing import Any

_SINGLE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
WORD = re.compile(rf"[{_SINGLE}]|[^\W_{_SINGLE}]+")
LONGEST = 40
MARK = "0x"


def folded(text: str) -> str:
    """Lower case without accents: Élodie and elodie are one word."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in apart if unicodedata.category(c) != "Mn"))


def words(text: str) -> list[str]:
    """The words of a text in order. Chinese and Japanese characters stand alone: they know no spaces."""
    return [w[:LONGEST] for w in WORD.findall(folded(text)) if not w.startswith(MARK)]


def place(owner: Any, type: str) -> str:
    """The mark of where a definition lives: its space or project, and its type."""
    return f"{MARK}{owner.hex}{type[:2]}"


def tag(text: str) -> str:
    """The mark of a tag."""
    return f"{MARK}tag{''.join(words(text))}"[:60]


def leaves(value: Any) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in leaves(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in leaves(inner)]
    return [value] if isinstance(value, str) else []


def body(texts: list[str], marks: list[str]) -> str:
    """What is kept for one definition: its words and marks, once each, in order of the alphabet."""
    found = {w for text in texts for w in words(text)}
    return " ".join(sorted(found | set(marks)))
