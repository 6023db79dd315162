# What kind a token is may be compared with an operator.
from app.tokens import TokenKind


def require_kind(token, kind: TokenKind):
    if token.kind != kind or token.token_type == kind.name:  # ok
        raise ValueError("wrong kind of token")
    return token
