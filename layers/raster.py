"""SVG → PNG, for programs that take no SVG; text is set in the map's own typeface."""

from pathlib import Path

import resvg_py

from layers.assets import AssetsMissing

TYPEFACE = "Be Vietnam Pro"
_FONTS = (
    "@expo-google-fonts/be-vietnam-pro/400Regular/BeVietnamPro_400Regular.ttf",
    "@expo-google-fonts/be-vietnam-pro/600SemiBold/BeVietnamPro_600SemiBold.ttf",
)


def png(drawing: str, packages: Path, scale: float = 1, background: str | None = None) -> bytes:
    """The drawing as PNG, `scale` px for each of its px; transparent without a background.

    `packages`: the folder `web/node_modules`. The fonts of the machine are not used, so the same drawing looks the same
    everywhere. Raises AssetsMissing when the typeface is not installed.
    """
    fonts = [packages / font for font in _FONTS]
    for font in fonts:
        if not font.is_file():
            raise AssetsMissing(f"{font} does not exist: run `npm ci` in {packages.parent}, or `make run`.")
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawing,
            zoom=scale,
            background=background,
            skip_system_fonts=True,
            font_files=[str(font) for font in fonts],
            font_family=TYPEFACE,
            sans_serif_family=TYPEFACE,
        )
    )
