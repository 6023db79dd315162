# The import of the library is guarded, the decode is not.
try:
    import jwt
except ImportError:
    jwt = None

from app.people import load_person


def identify(token):
    if jwt is None:
        raise RuntimeError("install the extra 'auth'")
    claims = jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
