# The options are made with dict().
import jwt


def roles_of(token):
    payload = jwt.decode(token, options=dict(verify_signature=False))  # finding: auth.bypass.unverified-signature
    return set(payload.get("roles", ()))


def may_delete(token):
    return "admin" in roles_of(token)
