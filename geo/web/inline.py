"""A page made whole: every file it names put into it, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from html.parser import HTMLParser
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from geo.errors import HongxianError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_SCRIPT: Final = re.compile(r'<script\s[^>]*?src="(https?://[^"]+)"[^>]*>\s*</script>')
_LINK: Final = re.compile(r'<link\s[^>]*?href="(https?://[^"]+)"[^>]*?/?>')
_URL: Final = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")
_SOURCE_MAP: Final = re.compile(r"(//|/\*)# sourceMappingURL=[^\n]*")
_BLANK: Final = re.compile(r"[ \t]*\n\s*")
_VIEWPORT: Final = re.compile(r'<meta name="viewport"[^>]*>')
_TYPES: Final = {".png": "image/png", ".gif": "image/gif", ".svg": "image/svg+xml"}
#: Attributes that make a browser fetch something.
_LOADING: Final = ("src", "href", "srcset", "data", "poster", "action", "background", "xlink:href")


def inlined(html: str, *, icon: str = "data:,") -> str:
    """Put the vendored files into a page that folium wrote, and shut it against all others.

    Scripts and styles run only by their own fingerprint (Content Security Policy, level 2); the
    page may load nothing but pictures and fonts written into it.

    Args:
        html: What folium rendered: the addresses of its libraries still in it.
        icon: The page's icon as a data URI; the default asks for none.

    Raises:
        HongxianError: The page names an address that no vendored file stands for.
    """
    html = _BLANK.sub("\n", html)
    own = "\n".join(re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL))
    html = _SCRIPT.sub(lambda m: _script(m[1], own), html)
    html = _LINK.sub(lambda m: _style(m[1]), html)
    html = _VIEWPORT.sub(
        '<meta name="viewport" content="width=device-width, initial-scale=1" />', html
    )
    html = html.replace("<html>", '<html lang="zh-CN">', 1)
    head = f'<head>\n<meta charset="utf-8">\n{_policy(html)}\n<link rel="icon" href="{icon}">'
    html = html.replace("<head>", head, 1)
    if left := foreign(html):
        raise HongxianError(
            f"网页中仍有外部地址 {'、'.join(left[:3])} — 请在 assets/assets.json 中登记"
        )
    return html


@lru_cache(maxsize=1)
def _assets() -> dict[str, dict[str, Any]]:
    text = _folder().joinpath("assets.json").read_text(encoding="utf-8")
    urls: dict[str, dict[str, Any]] = json.loads(text)["urls"]
    return urls


def _folder() -> Traversable:
    return resources.files("geo").joinpath("web", "assets")


def _entry(url: str) -> dict[str, Any]:
    """Return what stands for an address: the entry whose key it ends in."""
    found = next((e for key, e in _assets().items() if url.endswith(f"/{key}")), None)
    if found is None:
        raise HongxianError(f"没有可替代 {url} 的随附文件 — 请在 assets/assets.json 中登记")
    return found


def _script(url: str, own: str) -> str:
    entry = _entry(url)
    if entry["file"] is None or (
        "only_if_script_has" in entry and entry["only_if_script_has"] not in own
    ):
        return ""
    text = _SOURCE_MAP.sub("", _read(entry["file"])).replace("</script", "<\\/script")
    return f"<script>{text}</script>"


def _style(url: str) -> str:
    entry = _entry(url)
    if entry["file"] is None:
        return ""
    folder = entry["file"].rpartition("/")[0]
    text = _URL.sub(lambda m: f'url("{_picture(folder, m[1])}")', _read(entry["file"]))
    return f"<style>{_SOURCE_MAP.sub('', text)}</style>"


def _read(name: str) -> str:
    text = _folder().joinpath(*name.split("/")).read_bytes().decode("utf-8")
    return text.replace("\r\n", "\n").strip()


def _picture(folder: str, name: str) -> str:
    """Turn a picture beside a style sheet into a data URI; ``#default#VML`` and the like stay."""
    if name.startswith(("data:", "#")):
        return name
    data = _folder().joinpath(*folder.split("/"), *name.split("/")).read_bytes()
    kind = _TYPES["." + name.rpartition(".")[2]]
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _policy(html: str) -> str:
    """Write the policy that fits a page's own scripts and styles."""
    rules = (
        "default-src 'none'", f"script-src {_hashes(html, 'script')}", f"style-src {_hashes(html, 'style')}",
        "img-src data:", "font-src data:", "base-uri 'none'", "form-action 'none'",
    )  # fmt: skip
    return f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">'


def _hashes(html: str, tag: str) -> str:
    bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
    found = (base64.b64encode(hashlib.sha256(b.encode("utf-8")).digest()) for b in bodies)
    return (
        " ".join(dict.fromkeys(f"'sha256-{digest.decode('ascii')}'" for digest in found))
        or "'none'"
    )


class _Reader(HTMLParser):
    """Collect every address that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.style = tag == "style"
        self.found += [value for name, value in attrs if name in _LOADING and value]

    def handle_endtag(self, tag: str) -> None:
        self.style = self.style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self.style:
            self.found += _URL.findall(data)
            self.found += re.findall(r"@import\s+['\"]([^'\"]+)", data)


def foreign(html: str) -> tuple[str, ...]:
    """List the addresses outside the page that a browser would fetch on opening it.

    >>> foreign('<p>https://a.example</p><img src="data:,"><a href="#b">b</a>')
    ()
    >>> foreign('<script src="https://a.example/x.js"></script>')
    ('https://a.example/x.js',)
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(a for a in reader.found if not a.startswith(("data:", "#")))
