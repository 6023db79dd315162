# PyJWT is imported under another name.
import jwt as pyjwt

from shop.accounts import Account


def account_of(raw: str) -> Account:
    body = pyjwt.decode(raw, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return Account.by_id(body["account"])
