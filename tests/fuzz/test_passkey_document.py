"""What a relay with passkeys answers at `/session/passkeys…` is what its document says, to a browser and to anybody else."""

from __future__ import annotations

from typing import Any

import hypothesis
import jsonschema_rs
import pytest
import schemathesis
from schemathesis import GenerationMode

from ..authenticator import Authenticator
from ..patience import PATIENCE
from ..running import run_relay
from ..server.http.passkey_requests import begin, browser, finish, options, sign_in
from .examples import examples
from .test_document import CHECKS

CREATION, CREATE, REQUEST, SIGN_IN = (
    f"/session/passkeys{end}" for end in ("/creation", "", "/request", "/sign_in")
)
TAKE_A_BODY = (CREATION, CREATE, SIGN_IN)
EACH = 8


@pytest.mark.parametrize(
    ("mode", "paths"),
    [(GenerationMode.POSITIVE, (*TAKE_A_BODY, REQUEST)), (GenerationMode.NEGATIVE, TAKE_A_BODY)],
    ids=["valid requests", "invalid requests"],
)
def test_every_answer_about_passkeys_is_documented(
    database_url: str, mode: GenerationMode, paths: tuple[str, ...]
) -> None:
    with run_relay(database_url, sign_in="passkeys") as relay:
        url = relay.url.replace("127.0.0.1", "localhost")
        with browser(url) as client:
            schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
        for path in paths:

            @examples(EACH)
            @hypothesis.given(case=schema[path]["POST"].as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                answer = case.call(base_url=url, timeout=PATIENCE)
                case.validate_response(answer, checks=CHECKS)

            ask()


def test_what_a_browser_sends_and_is_answered_is_documented(database_url: str) -> None:
    with run_relay(database_url, sign_in="passkeys") as relay:
        url = relay.url.replace("127.0.0.1", "localhost")
        with browser(url) as client:
            document = client.get("/openapi.json").json()
            phone = Authenticator(url)
            made = phone.create(begin(client, username="anna"))
            created = finish(client, made)
            answered = phone.get(options(client))
            signed_in = sign_in(client, answered)
            further = client.post(CREATION, json={})
            asked = client.post(REQUEST)
    schema = schemathesis.openapi.from_dict(document)
    for path, answer in (
        (CREATION, further),
        (CREATE, created),
        (REQUEST, asked),
        (SIGN_IN, signed_in),
    ):
        assert answer.status_code == 200, answer.text
        schema[path]["POST"].validate_response(answer)
    for path, body in (
        (CREATION, {"username": "anna"}),
        (CREATION, {}),
        (CREATE, {"credential": made, "name": "Phone"}),
        (SIGN_IN, {"credential": answered}),
    ):
        content = document["paths"][path]["post"]["requestBody"]["content"]
        jsonschema_rs.validate(content["application/json"]["schema"], body)
