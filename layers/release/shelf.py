"""The folder of all releases: what stands in it, which one is the latest, and a feed that tells of new ones."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import orjson

from layers.release.folder import replace

INDEX, FEED, LATEST = "releases.json", "releases.atom", "latest"
CATALOGUE = "catalog.json"
CHANGES = "changes"
SUFFIXES = ("json", "csv", "md", "html", "en.html")
"""Of the files that tell what a release changed."""
MOST_IN_FEED = 50
_ATOM = "http://www.w3.org/2005/Atom"


def releases(out: Path) -> list[dict[str, Any]]:
    """The releases under `out`, newest data first: release, issued, features, ids of the collections."""
    found = []
    for path in out.glob(f"*/{CATALOGUE}"):
        if not path.parent.is_symlink() and not path.parent.name.startswith("."):
            told = orjson.loads(path.read_bytes())
            entry = {key: told[key] for key in ("release", "issued", "features")}
            found.append(entry | {"collections": [one["id"] for one in told["collections"]]})
    return sorted(found, key=lambda one: (one["issued"], one["release"]), reverse=True)


def before(release: str, found: list[dict[str, Any]]) -> str | None:
    """The release that `release` is compared with: of the earlier ones that share most collections, the latest."""
    this = next(one for one in found if one["release"] == release)
    own = set(this["collections"])
    earlier = [
        (len(own & set(one["collections"])), one["issued"], one["release"])
        for one in found
        if one["issued"] < this["issued"]
    ]
    shared, _, name = max(earlier, default=(0, "", None))
    return name if shared else None


def changes(older: str, newer: str) -> str:
    """Where the changes between two releases stand under the folder of all, without the ending."""
    return f"{CHANGES}/{older}..{newer}"


def told(out: Path) -> list[dict[str, Any]]:
    """The entries of the index as it was written last; none where there is no index."""
    try:
        found: list[dict[str, Any]] = orjson.loads((out / INDEX).read_bytes())["releases"]
    except (OSError, orjson.JSONDecodeError):
        return []
    return found


def index(out: Path) -> list[dict[str, Any]]:
    """`releases`, each with `changes`: the release it is compared with, and the files that tell; None without any."""
    found = releases(out)
    for one in found:
        older = before(one["release"], found)
        stem = "" if older is None else changes(older, one["release"])
        there = older is not None and (out / f"{stem}.json").is_file()
        one["changes"] = {"from": older} | {suffix: f"{stem}.{suffix}" for suffix in SUFFIXES} if there else None
    return found


def put(out: Path, base: str) -> None:
    """Write the index and the feed anew, and let `latest` lead to the release with the newest data.

    Every release keeps its address. Where the file system has no symbolic links, the index alone tells the latest.
    """
    all_of_them = index(out)
    latest = all_of_them[0]["release"]
    document = {"latest": latest, "releases": all_of_them}
    replace(out / INDEX, orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    replace(out / FEED, _feed(all_of_them[:MOST_IN_FEED], base))
    aside = out / f".{LATEST}.part"
    aside.unlink(missing_ok=True)
    try:
        aside.symlink_to(latest, target_is_directory=True)
    except OSError:
        return
    aside.replace(out / LATEST)


def _feed(found: list[dict[str, Any]], base: str) -> bytes:
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": "vi"})
    SubElement(feed, "title").text = "Bản đồ hạ tầng Hải Phòng: các bản phát hành / releases"
    SubElement(feed, "id").text = base or "urn:haiphong:releases"
    SubElement(feed, "updated").text = found[0]["issued"]
    SubElement(feed, "link", rel="self", href=f"{base}{FEED}")
    author = SubElement(feed, "author")
    SubElement(author, "name").text = "haiphong"
    for one in found:
        entry = SubElement(feed, "entry")
        SubElement(entry, "title").text = f"{one['release']}: {one['features']} dự án / projects"
        SubElement(entry, "id").text = f"urn:haiphong:release:{one['release']}"
        SubElement(entry, "updated").text = one["issued"]
        SubElement(entry, "link", rel="alternate", href=f"{base}{one['release']}/")
        if one["changes"]:
            link = {"rel": "related", "type": "text/markdown", "title": "Thay đổi / Changes"}
            SubElement(entry, "link", link, href=f"{base}{one['changes']['md']}")
    indent(feed, " ")
    text: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
