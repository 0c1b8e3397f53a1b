"""Tables and figures as the report writes them."""

from collections.abc import Iterable, Sequence


def ratio(part: float | None, whole: float | None) -> str:
    """Two figures that count; a dash where one of them is missing."""
    if not part or not whole:
        return "–"
    found = part / whole
    return f"**{found:.2f}**" if found >= 0.1 else f"**{found:.4f}**"


def number(value: float) -> str:
    """Three figures that count, or whole."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown of these rows."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
