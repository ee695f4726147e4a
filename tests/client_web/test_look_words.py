"""What the page says and how it draws a name, from state alone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page


def call(page: Page, module: str, function: str, *arguments: Any) -> Any:
    """A function of a view's module, called in a browser."""
    return page.evaluate(
        "async ([module, name, values]) => (await import(`/client/view/${module}.js`))[name](...values)",
        [module, function, list(arguments)],
    )


def test_addresses_lead_to_places(quiet_page: Page) -> None:
    for path, place in (
        ("/", {"place": "hallway"}),
        ("/rooms/42", {"place": "room", "room_id": 42}),
        ("/rooms/42/", {"place": "room", "room_id": 42}),
        ("/rooms/", {"place": "nowhere"}),
        ("/rooms/4e1", {"place": "nowhere"}),
        ("/rooms/99999999999999999999", {"place": "nowhere"}),
        ("/ROOMS/1", {"place": "nowhere"}),
    ):
        assert call(quiet_page, "route", "placeOf", path) == place


def test_a_name_has_the_same_face_everywhere(quiet_page: Page) -> None:
    assert call(quiet_page, "avatar", "hues", "rick") == call(quiet_page, "avatar", "hues", "rick")
    assert call(quiet_page, "avatar", "hues", "rick") != call(quiet_page, "avatar", "hues", "beth")
    for name, letters in (
        ("rick", "R"),
        ("Zoë Müller", "ZM"),
        ("éa", "É"),
        ("👩‍🚀 Ada", "👩‍🚀A"),
        ("a.b_c-d", "AB"),
        ("---", "?"),
    ):
        assert call(quiet_page, "avatar", "initials", name) == letters


def test_durations_read_as_people_say_them(quiet_page: Page) -> None:
    for ms, words in (
        (0.04, "< 0.1 ms"),
        (-3, "< 0.1 ms"),
        (0.44, "0.4 ms"),
        (38.2, "38 ms"),
        (1234, "1.2 s"),
        (120_000, "2 min"),
        (None, ""),
    ):
        assert call(quiet_page, "words", "duration", ms) == words


def test_many_comings_are_one_sentence(quiet_page: Page) -> None:
    def happening(kind: str, *names: str) -> list[dict[str, str]]:
        return [{"kind": kind, "username": name} for name in names]

    for happenings, words in (
        (happening("joined", "ann"), "ann came in."),
        (happening("joined", "ann", "bo", "cy"), "ann, bo, and cy came in."),
        (happening("joined", "a", "b", "c", "d"), "4 people came in."),
        (happening("joined", "ann") + happening("timeout", "bo"), "ann came in. bo left."),
        (happening("removed", "ann"), "ann was removed."),
        (happening("muted", "ann"), ""),
    ):
        assert call(quiet_page, "words", "happeningsInWords", happenings) == words


def test_every_ending_says_what_happened_and_what_to_do(quiet_page: Page) -> None:
    reasons = ["room ended", "removed", "taken over", "signed out", "token expired", "timeout"]
    titles = set()
    for reason in [*reasons, "refused"]:
        words = call(
            quiet_page, "words", "endingInWords", {"reason": reason, "problem": {"message": "no"}}
        )
        assert words["title"]
        assert words["advice"].endswith(".")
        titles.add(words["title"])
    assert len(titles) == len(reasons) + 1
    closed = {"rule": "participants_room_is_open", "message": "there is no open room with this id"}
    words = call(quiet_page, "words", "endingInWords", {"reason": "refused", "problem": closed})
    assert words["title"] == "This room is not open"
    assert words["again"] is None


def test_the_databases_words_become_sentences(quiet_page: Page) -> None:
    problem = {"message": "nobody is called 'x'", "hint": "It may have ended."}
    assert (
        call(quiet_page, "words", "problemInWords", problem)
        == "Nobody is called 'x'. It may have ended."
    )


def test_live_rooms_come_first_until_somebody_has_a_hand_on_the_list(quiet_page: Page) -> None:
    def row(key: int, here: int) -> dict[str, Any]:
        return {"id": key, "here": here, "followed": False}

    def ids(entries: Any) -> list[tuple[int, bool]]:
        return [(entry["row"]["id"], entry["over"]) for entry in entries]

    quiet = call(quiet_page, "order", "settled", [row(1, 0), row(2, 3), row(3, 0)])
    assert ids(quiet) == [(2, False), (1, False), (3, False)]
    held = call(quiet_page, "order", "held", quiet, [row(1, 9), row(3, 0), row(4, 5)])
    assert ids(held) == [(2, True), (1, False), (3, False), (4, False)]


def test_changes_are_told_from_the_two_records(quiet_page: Page) -> None:
    before = {"muted": True, "role": "SPEAKER", "seq": 4, "peer_id": "0b1f2c3d-aaaa"}
    after = {"muted": False, "role": "SPEAKER", "seq": 9, "peer_id": "9f8e7d6c-bbbb-cccc"}
    assert call(quiet_page, "wall_words", "changes", after, before) == [
        "muted true → false",
        "peer_id 0b1f2c3d-aaaa → 9f8e7d6c…",
    ]


def test_the_page_has_no_inline_script_or_style(client_files: str, quiet_page: Page) -> None:
    quiet_page.goto(f"{client_files}/client/index.html")
    assert quiet_page.locator("script:not([src]), style").count() == 0
    answer = quiet_page.request.get(f"{client_files}/client/index.html").text()
    assert " style=" not in answer
    assert " on" not in answer.lower().replace(" on ", "")
    quiet_page.goto(f"{client_files}/client/signaling/cursor.js")
