"""Signatures of a release in the form of Minisign (Ed25519), which its readers can check without us.

Made by the library that the author of Minisign keeps. Of a signature file only the signed parts are protected by it:
what else stands there has one possible text, so that a change of any bit is seen.
"""

import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import minisign

from geo.errors import InvalidParameter
from geo.status import Words
from layers.release.sums import CHANGED, FILE, SIGNATURE, Flaw

PUBLIC_KEY = "minisign.pub"
PASSWORD = "HAIPHONG_SIGNING_PASSWORD"  # noqa: S105 -- the name of a variable, not a password

_UNTRUSTED, _TRUSTED = "haiphong release", "SHA256SUMS"
_NOT_SIGNED = Words("không được ký bằng khóa này", "not signed with this key")
_UNREADABLE = Words("chữ ký hoặc khóa công khai không đọc được", "the signature or the public key cannot be read")


def secret_key(path: Path) -> minisign.SecretKey:
    """The key in a file that `minisign -G` made. Raises InvalidParameter when there is none or no password opens it."""
    try:
        key = minisign.SecretKey.from_file(path)
    except OSError as error:
        raise InvalidParameter(f"--sign {path}: {error.strerror}. Make a key with: minisign -G -s {path}") from None
    except (minisign.Error, ValueError):
        raise InvalidParameter(f"--sign {path}: not a secret key of Minisign. Make one with: minisign -G") from None
    if key.is_encrypted():
        try:
            key.decrypt(_password(path))
        except minisign.Error as error:
            raise InvalidParameter(
                f"--sign {path}: {error}. The password is asked for, or read from {PASSWORD}."
            ) from None
    return key


def _password(path: Path) -> str:
    told = os.environ.get(PASSWORD)
    if told is None and not sys.stdin.isatty():
        raise InvalidParameter(f"--sign {path}: the key has a password; set {PASSWORD}, or run this in a terminal.")
    return told if told is not None else getpass.getpass(f"Mật khẩu của khóa / password of {path}: ")


def signature(key: minisign.SecretKey, sums: bytes) -> bytes:
    """The signature file of these checksums."""
    return bytes(key.sign(sums, untrusted_comment=_UNTRUSTED, trusted_comment=_TRUSTED))


def flaws(sums: bytes, signed: bytes, public: bytes) -> Iterator[Flaw]:
    """What keeps `signed` from being the signature of `sums` by the holder of `public`; nothing when it is."""
    try:
        told = minisign.Signature.from_bytes(signed)
        minisign.PublicKey.from_bytes(public).verify(sums, told)
    except minisign.VerifyError:
        yield Flaw(FILE, _NOT_SIGNED)
    except (minisign.Error, ValueError):
        yield Flaw(SIGNATURE, _UNREADABLE)
    else:
        if bytes(told) != signed or (told.untrusted_comment, told.trusted_comment) != (_UNTRUSTED, _TRUSTED):
            yield Flaw(SIGNATURE, CHANGED)
