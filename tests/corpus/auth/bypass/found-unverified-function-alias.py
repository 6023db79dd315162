# The decoding function itself is imported under another name.
from jwt import decode as read_token

from shop.accounts import Account


def account_from_cookie(request) -> Account:
    raw = request.cookies["session"]
    body = read_token(raw, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return Account.by_id(body["account"])
