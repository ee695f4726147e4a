"""The page of the lab knows the words in the lanes' labels, so that they are in its language."""

from __future__ import annotations

import re
from typing import Final

from roomtone.lab.peers.catalogue import FLOOR, LANES
from roomtone.paths import SOURCE

PRODUCTS: Final = {
    "Roomtone",
    "WebSocket",
    "Socket.IO + PostgreSQL",
    "nginx nchan",
    "NATS JetStream",
    "PostgreSQL LISTEN",
}


def test_each_part_of_a_label_is_a_product_or_has_words_on_the_page() -> None:
    text = (SOURCE / "client_web/lab/lane_names.js").read_text(encoding="utf-8")
    in_words = {*re.findall(r"inWords\('([^'{]+)'\)", text)}
    parts = {part for each in (*LANES, FLOOR) for part in each.about.label.split(", ")}
    assert parts == in_words | PRODUCTS
