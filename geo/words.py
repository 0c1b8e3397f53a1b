"""What somebody typed into the search box, as words to look for, and which text of a thing has them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_WORDS = 8
SPELT_OUT = {
    "kcn": "khu cong nghiep", "ccn": "cum cong nghiep", "kkt": "khu kinh te", "kdl": "khu du lich",
    "kdt": "khu do thi", "ntm": "nong thon moi", "noxh": "nha o xa hoi",
}  # fmt: skip
"""As `fold` of the database spells them out; a test holds the two together."""
SAME = {
    "bv": "benh vien", "ql": "quoc lo", "dt": "duong tinh", "nm": "nha may", "sb": "san bay", "cv": "cong vien",
    "tp": "thanh pho", "tx": "thi xa", "tt": "thi tran", "qd": "quyet dinh", "nq": "nghi quyet", "ct": "chi thi",
    "ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan", "tyt": "tram y te", "gpmb": "giai phong mat bang",
    "p": "phuong", "x": "xa", "h": "huyen", "q": "quan",
}  # fmt: skip
"""Abbreviations that names hold as they are, too: both are looked for."""
_SHORT = {whole: short for short, whole in SAME.items()}
_LEAST_ALIKE = 0.6
_PLAIN = re.compile("[ -~àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]*")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for.

    `exact`: as typed, in small letters, accents and all. `folded`: without accents, abbreviations spelt out. `words`:
    each with what stands for it as well; the last one may be unfinished.
    """

    typed: str
    exact: str
    folded: str
    words: tuple[tuple[str, ...], ...]

    @property
    def patterns(self) -> list[list[str]]:
        """For each word the LIKE patterns of which a text must fit one."""
        last = len(self.words) - 1
        return [
            [f"% {one}%" if number == last else f"% {one} %" for one in several]
            for number, several in enumerate(self.words)
        ]


def asked(typed: str, folded: str) -> Asked | None:
    """What `typed` looks for; `folded` is what `fold` of the database makes of it. None where there is no word."""
    exact = " ".join(unicodedata.normalize("NFC", typed).lower().split())
    words = folded.split()[:MOST_WORDS]
    if not words:
        return None
    return Asked(typed.strip(), exact, " ".join(words), tuple(_alternatives(words)))


def _alternatives(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Each word with its abbreviation or what it abbreviates; several words that have one abbreviation are one."""
    rest = list(words)
    while rest:
        spelt = next(
            (whole for whole in _SHORT if " " in whole and rest[: whole.count(" ") + 1] == whole.split()), None
        )
        if spelt:
            del rest[: spelt.count(" ") + 1]
            yield spelt, _SHORT[spelt]
            continue
        word = rest.pop(0)
        # A letter alone is a name's beginning; before further words it may be the kind of a unit.
        yield (word, SAME[word]) if word in SAME and (len(word) > 1 or rest) else (word,)


def plain(text: str) -> str:
    """As `fold` of the database: small letters without accents, one space between words, abbreviations spelt out."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    words = re.sub(r"[^a-z0-9]+", " ", "".join(one for one in bare if not unicodedata.combining(one))).split()
    return " ".join(SPELT_OUT.get(word, word) for word in words)


def is_plain(text: str) -> bool:
    """Whether `plain` surely does as `fold`, which knows more letters than those of Vietnamese and English words."""
    return _PLAIN.fullmatch(unicodedata.normalize("NFC", text.lower())) is not None


def best_field(asked: Asked, texts: Iterable[tuple[str, str | None]]) -> tuple[str, str]:
    """Of named texts the first that has every word, else the one that has most of them: its name, and the text."""
    return max(((name, told) for name, told in texts if told), key=lambda pair: _hits(asked, pair[1]), default=("", ""))


def fits(asked: Asked, text: str) -> bool:
    """Whether the text has every word."""
    return _hits(asked, text) == len(asked.words)


def _hits(asked: Asked, text: str) -> int:
    folded = f" {plain(text)}"
    return sum(any(f" {one}" in folded for one in several) for several in asked.words)


def marks(asked: Asked, text: str, *, near: bool = False) -> tuple[tuple[int, int], ...]:
    """Where the words asked for stand in `text`: beginning and end in characters, neighbours as one.

    `near`: the words that are spelt nearly so.
    """
    wanted = [part for several in asked.words for one in several for part in one.split()]
    unfinished = [one.split()[-1] for one in asked.words[-1]]
    found: list[tuple[int, int]] = []
    for word in re.finditer(r"\w+", text):
        folded = plain(word[0]).split()
        if not folded or not (
            _likeness(folded[0], wanted) >= _LEAST_ALIKE
            if near
            else set(folded) <= set(wanted) or any(folded[0].startswith(one) for one in unfinished)
        ):
            continue
        if found and not text[found[-1][1] : word.start()].strip():
            found[-1] = (found[-1][0], word.end())
        else:
            found.append(word.span())
    return tuple(found)


def _likeness(word: str, wanted: Sequence[str]) -> float:
    if word in "".join(wanted) and len(word) > 1:
        return 1.0
    return max(SequenceMatcher(None, word, one[:40]).ratio() for one in wanted)
