"""A setting that is refused is refused by its name, however it was given, and every name in our sentences is that of an option."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from roomtone.cli import cli
from roomtone.paths import PACKAGE
from roomtone.settings import Settings, SettingsError
from roomtone.settings_options import options

SECRET = "a secret of more than thirty-two bytes"
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
PLACEHOLDERS = {"--a-b", "--a-b-file"}  # of the docstring that says how flags are named


def pem(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, public).decode()


def rsa_key(bits: int) -> rsa.RSAPublicKey:
    """A public key of which there is no private one: to look for the primes would take long in each process of the tests."""
    return rsa.RSAPublicNumbers(65537, 2 ** (bits - 1) + 1).public_key()


CURVE = ec.generate_private_key(ec.SECP256R1())
PRIVATE = CURVE.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
).decode()

REFUSED = [
    ("--jwt-secret", "a" * 31, "31 bytes, and HS256 needs 32 or more"),
    ("--jwt-secret", "ä" * 15, "30 bytes"),
    ("--jwt-secret", pem(rsa_key(2048)), "a public key, a certificate or a JWK is no secret"),
    ("--jwt-algorithms", "none", "is none of HS256"),
    ("--jwt-algorithms", "RS265", "is none of HS256"),
    ("--jwt-public-key", pem(rsa_key(1024)), "less than 2048 bits"),
    ("--jwt-public-key", PRIVATE, "this is a private key"),
    ("--jwt-public-key", pem(CURVE.public_key()), "no public key in PEM"),
    ("--jwt-public-key", "/no/such/file", "cannot be read: No such file"),
    ("--jwt-public-key", "-----BEGIN PUBLIC KEY-----", "no public key in PEM"),
    ("--jwt-jwks-url", "http://login.example/keys", "https"),
    ("--openid-issuer", "http://login.example", "https"),
    ("--openid-issuer", "https://login.example", "give --openid-client-id, too"),
    ("--openid-client-id", "roomtone", "--openid-issuer, too"),
    ("--openid-client-secret", "s3cret", "--openid-issuer, too"),
    ("--openid-issuers", "[a]\nissuer = 'http://a.example'\nclient_id = 'us'", "https"),
    ("--openid-issuers", "[a]\nissuer = 'https://a.example'", "client_id is missing"),
    ("--media-networks", "10.0.0.0/99", ""),
    ("--bus-url", "http://10.0.0.7", "nats://"),
    ("--listen-url", "postgresql://db/talk", "--database-url"),
    ("--allowed-origins", "app.example.org", "https://app.example.org"),
    ("--root-path", "talk", ""),
    ("--ice-servers", "turn:turn.example", "--turn-uris"),
    ("--turn-uris", "stun:stun.example", "--ice-servers"),
]
BESIDE = {"https": ("--openid-client-id", "roomtone")}


@pytest.mark.parametrize(("flag", "value", "words"), REFUSED, ids=range(len(REFUSED)))
def test_a_refused_setting_is_named_however_it_was_given(
    flag: str, value: str, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "value"
    file.write_text(value)
    beside = BESIDE[words] if (flag, words) == ("--openid-issuer", "https") else ()
    name = flag.removeprefix("--").replace("-", "_")
    (option,) = (each for each in options() if each.name == name)
    ways: list[tuple[list[str], dict[str, str]]] = [([f"{flag}={value}"], {})]
    if not any(each.isspace() for each in value) or not option.many:
        ways.append(([], {f"ROOMTONE_{name.upper()}": value}))
    if option.secret:
        ways.append(([f"{flag}-file={file}"], {}))
    for arguments, environment in ways:
        result = CliRunner().invoke(cli, ["serve", *arguments, *beside], env=environment)
        assert result.exit_code == 2, result.output
        said = " ".join(result.output.split())
        assert f"Error: {flag}: " in said
        assert words in said
        assert not option.secret or value not in result.output


def test_a_secret_is_as_long_as_the_longest_signature_needs() -> None:
    """RFC 7518, 3.2."""
    for algorithms, least in ((("RS256",), 32), (("HS256", "HS512"), 64), (("HS384",), 48)):
        Settings(jwt_algorithms=algorithms, jwt_secret="a" * least)
        with pytest.raises(SettingsError, match=f"needs {least} or more"):
            Settings(jwt_algorithms=algorithms, jwt_secret="a" * (least - 1))


def test_a_public_key_is_of_an_algorithm_that_tokens_may_use(tmp_path: Path) -> None:
    curve = pem(CURVE.public_key())
    file = tmp_path / "key.pem"
    file.write_text(curve)
    for given in (curve, str(file)):
        Settings(jwt_algorithms=("RS256", "ES256"), jwt_public_key=given)
    with pytest.raises(SettingsError, match="--jwt-algorithms has no algorithm of public keys"):
        Settings(jwt_algorithms=("HS256",), jwt_public_key=curve)


def test_every_flag_in_our_sentences_is_one_of_a_command() -> None:
    context = click.Context(cli)
    found = (cli.get_command(context, name) for name in cli.list_commands(context))
    first = [command for command in found if command is not None]
    groups = [command for command in first if isinstance(command, click.Group)]
    commands = [
        *first,
        *(each for group in groups for each in group.commands.values()),
    ]
    known = {
        name
        for command in commands
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    folders = ("cli", "formats", "http", "identity", "postgres", "relay", "bus", "media")
    files = [
        *PACKAGE.glob("*.py"),
        *(f for name in folders for f in (PACKAGE / name).rglob("*.py")),
    ]
    named: set[tuple[str, str]] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                named |= {(flag, file.name) for flag in FLAG.findall(node.value)}
    assert len(named) > 50
    assert not {each for each in named if each[0] not in known | PLACEHOLDERS}
