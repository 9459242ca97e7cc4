"""A headless Chromium driven over its own protocol: many pages, sizes and themes in one process."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import shutil
import subprocess
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

from eit_analysis.publishing.paper import NAMES

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
QUIET = ("gpu", "quic", "background-networking", "component-update", "sync", "default-apps", "extensions")
LARGEST = 200_000_000  # bytes of an answer
# Pixels high of every text drawn in a figure of the page that is shown, one that stands upright too.
SIZES = """[...document.querySelectorAll('svg.drawing text, svg.drawing tspan')].map(text => {
  const at = text.getScreenCTM();
  return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(at.a, at.b); })"""


class Browser:
    """One tab; every call waits for its answer."""

    def __init__(self, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self.loop, self.number = loop, 0
        self.socket: WebSocketClientConnection = loop.run_until_complete(self._connect(port))
        self.call("Page.enable")
        self.call("Page.setBypassCSP", enabled=True)

    @staticmethod
    async def _connect(port: int) -> WebSocketClientConnection:
        listed = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/json")
        tab = next(tab for tab in json.loads(listed.body) if tab["type"] == "page")
        return await websocket_connect(tab["webSocketDebuggerUrl"], max_message_size=LARGEST)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self.loop.run_until_complete(self._answer(method, parameters))

    async def _answer(self, method: str, parameters: dict[str, Any], event: str = "") -> dict[str, Any]:
        """The answer to a call, once an event has come too where one is waited for."""
        self.number += 1
        await self.socket.write_message(
            json.dumps({"id": self.number, "method": method, "params": parameters})
        )
        answer: dict[str, Any] | None = None
        while answer is None or event:
            message = json.loads(await self.socket.read_message() or "{}")
            if message.get("id") == self.number:
                assert "error" not in message, message
                answer = message["result"]
            event = "" if message.get("method") == event else event
        return answer

    def show(self, page: Path | str, width: int = 1280, **media: str) -> None:
        """Load a file or an address on a screen so wide, with features such as ``forced_colors="active"``."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
        )
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items()]
        self.call("Emulation.setEmulatedMedia", features=features)
        address = page if isinstance(page, str) else page.as_uri()
        self.loop.run_until_complete(self._answer("Page.navigate", {"url": address}, "Page.loadEventFired"))

    def value(self, script: str) -> Any:
        """What a script comes to in the page that is shown; a promise is waited for."""
        done = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def picture(self) -> bytes:
        """The screen, as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])

    def printed(self, page: Path) -> bytes:
        """A file as the command line of Chromium prints it, on the paper that its style sheet names."""
        self.show(page)
        self.call("Emulation.clearDeviceMetricsOverride")
        asked = dict.fromkeys(("printBackground", "displayHeaderFooter", "preferCSSPageSize"), True)
        return base64.b64decode(self.call("Page.printToPDF", **asked)["data"])


@contextlib.contextmanager
def opened(*more: str) -> Iterator[Browser]:
    """A browser, with more options than usual, ended with the block."""
    assert CHROMIUM is not None
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = ["--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in QUIET)]
        options += [f"--user-data-dir={folder}", "--remote-debugging-port=0", "--hide-scrollbars", *more]
        process = subprocess.Popen([CHROMIUM, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            browser = Browser(_port(Path(folder) / "DevToolsActivePort"), loop)
            yield browser
            browser.call("Browser.close")  # its logs are then whole
            process.wait(30)
        finally:
            process.kill()
            process.wait()
            loop.close()


def _port(file: Path) -> int:
    """The port that the browser writes down once it listens."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if file.exists() and (lines := file.read_text().split()):
            return int(lines[0])
        time.sleep(0.05)
    raise TimeoutError("the browser did not begin")


def scales(pdf: bytes) -> set[float]:
    """Those its pages are drawn at: 3.125 of Chromium's units where all fits, less where it does not."""
    found = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        with contextlib.suppress(zlib.error):
            drawn = zlib.decompress(stream)[:400]
            found |= {float(n) for n in re.findall(rb"([\d.]+) 0 0 [\d.]+ 165\.625 [\d.-]+ cm", drawn)}
    return found
