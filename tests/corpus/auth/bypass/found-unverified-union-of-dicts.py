# Two option dicts are merged with the bar operator.
import jwt

DEFAULTS = {"verify_exp": True}


def customer_id(token):
    claims = jwt.decode(token, options=DEFAULTS | {"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return int(claims["customer"])


def orders(request, store):
    return store.orders_of(customer_id(request.headers["X-Token"]))
