"""Draws the icons of the installed page again, from its SVGs: `python -m tests.client_web.icons`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright
from roomtone.paths import CLIENT_WEB

from .browser import chromium

ICONS = CLIENT_WEB / "icons"
SIZES = {
    "app-180.png": ("maskable.svg", 180),  # Apple's devices cut its corners themselves
    "app-192.png": ("favicon.svg", 192),
    "app-512.png": ("favicon.svg", 512),
    "app-maskable-512.png": ("maskable.svg", 512),
}


def draw(folder: Path) -> None:
    with sync_playwright() as playwright, chromium(playwright) as browser:
        for name, (source, size) in SIZES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            svg = (folder / source).read_text().replace("<svg ", f'<svg width="{size}" ', 1)
            page.set_content(f"<body style='margin:0;display:flex'>{svg}</body>")
            page.screenshot(path=folder / name, omit_background=True)


if __name__ == "__main__":
    draw(ICONS)
