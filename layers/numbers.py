"""Numbers and counts as people read them, in either language."""

_VIETNAMESE = str.maketrans(",.", ".,")


def in_language(number: str, lang: str) -> str:
    """A number written the English way (1,250.5) as readers of `lang` write it: in Vietnamese 1.250,5."""
    return number.translate(_VIETNAMESE) if lang == "vi" else number


def counted(number: int, one: str, several: str = "") -> str:
    """So many of something, in English: 1 project, 2 projects. `several`: where that is not `one` with an s."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"
