"""OpenID Connect without an issuer that runs: what is refused whatever the issuer says."""

from __future__ import annotations

import pytest
from roomtone.formats.openid_issuers import OpenidIssuer
from roomtone.identity.openid import Issuer
from roomtone.identity.openid_provider import Provider
from roomtone.identity.openid_tokens import access_claims
from roomtone.problem import Problem

ADDRESS = "https://login.example"


def staff(issuer: str = ADDRESS) -> OpenidIssuer:
    return OpenidIssuer(name="staff", issuer=issuer, client_id="roomtone")


def test_without_an_audience_no_access_token_of_the_issuer_counts() -> None:
    """The client id is no default for it: ID tokens name that one."""
    with pytest.raises(Problem, match="no audience") as refused:
        access_claims(Provider(ADDRESS), staff(), "any")
    assert (refused.value.status, refused.value.code) == (401, "PGRST303")


@pytest.mark.parametrize(("given", "kept"), [("", None), (7, None), ("a token", "a token")])
async def test_only_a_text_that_is_not_empty_is_a_refresh_token(
    given: object, kept: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Provider, "metadata", {})
    found = await Issuer(staff())._confirmed({"sub": "sam"}, {"refresh_token": given})
    assert found.refresh_token == kept
