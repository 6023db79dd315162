"""From the bytes of one file to its facts, or to the reason why it cannot be read."""

from __future__ import annotations

import ast
import re
import sys
import tokenize
import warnings
from io import BytesIO
from typing import Final

import msgspec

from analyzers.facts import Facts, FileFacts, Hint, Unread, UnreadReason, Use, encode
from analyzers.outline import Outline
from analyzers.reading.ignores import ignores_in
from analyzers.reading.outlines import outline_of_tree
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.facts import quick_facts, quick_uses
from analyzers.reading.walk import facts_of_tree, uses_of_tree

_GRAMMAR: Final = f"in the words of Python {sys.version_info.major}.{sys.version_info.minor}"

_HINTS: Final[dict[Hint, tuple[bytes, ...]]] = {
    Hint.TOKEN_OPTIONS: (
        *(b"verify_signature", b"verify_exp", b"verify_aud", b"verify_iss", b"verify=False", b"verify = False"),
        *(b"nverified", b"loads_unsafe", b"allow_expired"),
    ),
    Hint.NO_ALGORITHM: (b'"none"', b"'none'", b'"None"', b"'None'", b'"NONE"', b"'NONE'"),
    Hint.REMOTE_CHECK: (b"verify", b"ssl", b"CERT_NONE", b"introspect", b"userinfo"),
}

_STANDS_IN: Final = re.compile(
    rb"sys\.modules(?:\[[^\]]{0,200}\]+\s*=(?!=)|\.(?:update|setdefault|__setitem__)|[\"',)]|\s*=(?!=))"
    rb"|=\s*sys\.modules\s*$|import\s+modules\b|meta_path|path_hooks",
    re.MULTILINE,
)
"""What puts modules into `sys.modules`, or other finders beside Python's own."""
_DEFINES: Final = (b"def ", b"class ", b"async ", b"@")
_GOES_ON: Final = (b" ", b"\t", b"", b"#", b")", b"]", b"}")
"""How a line begins that belongs to the statement above it."""
_SKIPS: Final = re.compile(rb"[^#'\"]*\b(?<!mark\.)\w*[Ss]kip\w*[ \t]*\(|\s*raise\b.*[Ss]kip")
_LONGEST_LINE: Final = 500

_LINE_ENDS: Final = re.compile(rb"\r\n?")
_UNDECODABLE: Final = Unread(
    "encoding", "is not text in the encoding that it declares, or in UTF-8 where it declares none"
)


def read_encoded(blob: bytes) -> bytes:
    """The stored form of a file's facts; what the reader processes run."""
    return encode(read(blob))


def encode_unread(reason: UnreadReason, message: str) -> bytes:
    """The stored form of a file that could not be read for a reason outside itself."""
    return encode(Unread(reason, message))


def read(blob: bytes) -> Facts:
    """The facts of one Python source file, or why it cannot be read."""
    facts = read_quickly(blob) or read_plainly(blob)
    if isinstance(facts, Unread):
        return facts
    hints, may_end = _hints_in(blob), _may_end(blob)
    return msgspec.structs.replace(facts, hints=hints, may_end=may_end) if hints or may_end else facts


def _hints_in(blob: bytes) -> int:
    hints = sum(int(hint) for hint, words in _HINTS.items() if any(word in blob for word in words))
    may_stand_in = b"modules" in blob or b"meta_path" in blob or b"path_hooks" in blob
    return hints | (int(Hint.MODULES) if may_stand_in and _STANDS_IN.search(blob) else 0)


def _may_end(blob: bytes) -> int:
    """The first line outside of definitions that may skip the rest of the module; 0 where there is none.

    A text that looks like a definition or like code may be taken for it, which makes for silence at worst.
    """
    if b"skip" not in blob and b"Skip" not in blob:
        return 0
    defines = False
    for number, line in enumerate(blob.splitlines(), 1):
        if line[:1] not in _GOES_ON:
            defines = line.startswith(_DEFINES)
        if not defines and _says_skip(line):
            return number
    return 0


def _says_skip(line: bytes) -> bool:
    if b"skip" not in line and b"Skip" not in line:
        return False
    return len(line) > _LONGEST_LINE or _SKIPS.match(line) is not None


def read_quickly(blob: bytes) -> FileFacts | None:
    """The facts from the bytes of another parser; None for what is unusual or not valid."""
    text = _plain_text(blob)
    try:
        return None if text is None else quick_facts(text, ignores_in(text.decode()) if b"fifthwhy" in text else ())
    except (GiveUp, UnicodeDecodeError):
        return None


def _plain_text(blob: bytes) -> bytes | None:
    """The text of a file in UTF-8, if it is valid; None for what is better left to the plain way."""
    if b"\0" in blob or blob.startswith(b"\xef\xbb\xbf"):
        return None
    if b"coding" in blob[:1_000]:
        decoded = _decoded(blob)
        try:
            blob = b"" if decoded is None else decoded.encode()
        except UnicodeEncodeError:  # some codecs make half of a surrogate pair
            return None
        if decoded is None:
            return None
    return _LINE_ENDS.sub(b"\n", blob) if b"\r" in blob else blob


def read_plainly(blob: bytes) -> Facts:
    """The same by way of the whole syntax tree: what the quick way must equal, and what steps in where it gives up."""
    if b"\0" in blob:
        return Unread("encoding", "contains a null byte")
    source = _decoded(blob)
    return _UNDECODABLE if source is None else _facts(blob, source)


def _facts(blob: bytes, source: str) -> Facts:
    tree = _parse(blob, source)
    if isinstance(tree, Unread):
        return tree
    lines = _with_plain_line_ends(source)
    return facts_of_tree(tree, lines, ignores_in(lines))


def _with_plain_line_ends(source: str) -> str:
    """Lines as the parser counts them."""
    return re.sub(r"\r\n?", "\n", source) if "\r" in source else source


def _decoded(blob: bytes) -> str | None:
    """The text by its byte order mark, cookie or UTF-8 (PEP 263). `ast` itself overlooks bad bytes in comments."""
    try:
        with warnings.catch_warnings():  # some codecs complain, such as unicode_escape
            warnings.simplefilter("ignore")
            encoding, _ = tokenize.detect_encoding(BytesIO(blob).readline)
            return blob.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError):
        return None


def _parse(blob: bytes, source: str) -> ast.Module | Unread:
    try:
        return _tree(blob)
    except (RecursionError, MemoryError):
        return Unread("nesting", "nested deeper than the parser can follow")
    except SyntaxError as error:
        return _parse_again(source, error)
    except ValueError as error:  # an undecodable literal, seen as ValueError by some versions
        return Unread("syntax", f"{error} ({_GRAMMAR})")


def _tree(source: bytes | str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _parse_again(source: str, error: SyntaxError) -> ast.Module | Unread:
    """Tell apart what `ast` reports alike: too deep nesting, syntax newer than its own, and no Python at all."""
    if "too many nested" in str(error.msg):
        return Unread("nesting", f"{error.msg} ({_GRAMMAR})", error.lineno)
    unread = Unread("syntax", f"{error.msg} ({_GRAMMAR})", error.lineno)

    from analyzers.reading.newer_syntax import in_older_words  # libcst takes a quarter of a second to import

    older = in_older_words(source)
    try:
        return unread if older is None else _tree(older)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return unread


def read_uses(blob: bytes, heads: frozenset[str]) -> tuple[Use, ...]:
    """The uses of these names in a file; of its own definitions where `:` is among them."""
    text = _plain_text(blob)
    try:
        return read_uses_plainly(blob, heads) if text is None else quick_uses(text, heads)
    except GiveUp:
        return read_uses_plainly(blob, heads)


def read_uses_plainly(blob: bytes, heads: frozenset[str]) -> tuple[Use, ...]:
    """The same by way of the whole syntax tree."""
    source = None if b"\0" in blob else _decoded(blob)
    tree = None if source is None else _parse(blob, source)
    return () if tree is None or isinstance(tree, Unread) else uses_of_tree(tree, heads)


def read_outline(blob: bytes) -> Outline:
    """The outline of a file; an empty one where it cannot be read."""
    source = None if b"\0" in blob else _decoded(blob)
    tree = None if source is None else _parse(blob, source)
    return Outline() if tree is None or isinstance(tree, Unread) else outline_of_tree(tree)
