"""What a page makes of the texts in it: by a parser, and in a browser without its content security policy."""

from __future__ import annotations

import functools
import http.server
import re
import subprocess
import threading
import urllib.parse
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from browser import CHROMIUM

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
FORBIDDEN = {
    "script", "iframe", "object", "embed", "form", "input", "base", "video", "audio", "img", "animate", "set",
    "foreignobject", "math", "marquee", "template", "plaintext", "xmp", "textarea", "select", "button",
}  # fmt: skip
ADDRESSES = ("href", "src", "xlink:href", "action", "ping", "poster", "background", "data")
PLACES = re.compile(
    r"#[\w.-]*|(\.\./|tables/|fiches/)?[\w.-]+\.(html|csv|xlsx|zip)(#[\w-]+)?|data:,|data:image/png;base64,.*"
)
# Loads every page, waits, and says what it finds in each: what only a text could have put there.
HARNESS = """<!DOCTYPE html><title>calme</title><body><script>
const pages = {pages};
let left = pages.length;
for (const page of pages) {{
  const frame = document.createElement('iframe');
  frame.style.width = '360px';
  frame.onload = () => {{
    const all = [...frame.contentDocument.querySelectorAll('*')];
    const named = 'script,iframe,object,embed,form,input,base,pwned,[pwned]';
    const made = e => e.matches(named) || [...e.attributes].some(a => a.name.startsWith('on'));
    const view = frame.contentDocument.documentElement;
    if (all.some(made)) document.body.append(' FOUND ' + page);
    if (view.scrollWidth > view.clientWidth + 1) document.body.append(' WIDE ' + page);
    if (!--left) document.body.append(' ALL LOADED ');
  }};
  frame.src = page;
  document.body.append(frame);
}}
</script>"""
CONTROL = "<!DOCTYPE html><img src='/control.png' onerror=\"top.document.body.append(' CONTROL RAN ')\">"


class Outline(HTMLParser):
    """Elements, attributes and addresses that are no work of ours, and the text that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag in FORBIDDEN or "pwned" in tag:
            self.wrong.append(f"<{tag}>")
        for name, value in attributes:
            text = value or ""
            ours = not name.startswith("on") and "pwned" not in name and name != "srcdoc"
            if name in ADDRESSES:
                ours = ours and PLACES.fullmatch(text) is not None
            if name in ("style", "class", "id"):
                ours = ours and "pwned" not in text and "url(/" not in text
            if not ours:
                self.wrong.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open[-1:]):
            self.words.append(data + " ")
        if "style" in self.open[-1:] and "pwned" in data:
            self.wrong.append("style sheet")

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data[:40]}")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append(f"<![{data[:40]}")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data[:40]}")


def in_browser(folder: Path, pages: Iterable[Path]) -> tuple[str, str, list[str]]:
    """Title and words of the harness after the pages, without their policy, and what they asked for."""
    names = [f"/{urllib.parse.quote(path.relative_to(folder).as_posix())}" for path in pages]
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if self.path == "/":
                body = HARNESS.format(pages=[*names, "/control"])
            elif self.path == "/control":
                body = CONTROL
            elif self.path in names:
                page = Path(self.translate_path(self.path)).read_text(encoding="utf-8")
                body, removed = POLICY.subn("", page)
                assert removed == 1
            else:
                return self.send_error(404)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(
            [
                str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000",
                "--dump-dom", f"http://127.0.0.1:{server.server_port}/",
            ],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        server.shutdown()
    title = re.findall(r"<title>(.*?)</title>", done.stdout)[0]
    words = re.sub(r"<script>.*?</script>|<title>.*?</title>|<[^>]*>", "", done.stdout, flags=re.S)
    return title, words, [path for path in asked if path not in ("/", "/control", "/favicon.ico", *names)]
