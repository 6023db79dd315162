# The issuer of a multi-tenant directory is put together and compared.
import jwt

from app.keys import public_key


def authenticate(token, tenant):
    claims = jwt.decode(token, public_key(), algorithms=["RS256"], audience="api", options={"verify_iss": False})  # ok
    expected = f"https://sts.example.com/{tenant}/"
    if claims["iss"] != expected:
        raise PermissionError(claims["iss"])
    return claims
