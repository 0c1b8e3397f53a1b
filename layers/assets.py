"""What the browser's packages have to hold, and how it is said when they do not."""

from geo.errors import HaiphongError


class AssetsMissing(HaiphongError):
    """The browser assets are not installed."""
