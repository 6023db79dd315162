# Bytes and joined literals are literals too.
import jwt

PREFIX = "shop-"


def token_for(user):
    return jwt.encode({"sub": user.id}, b"\x01\x02shop\x03", algorithm="HS256")  # finding: auth.bypass.hardcoded-secret


def claims(token):
    return jwt.decode(token, PREFIX + "tokens", algorithms=["HS256"])  # finding: auth.bypass.hardcoded-secret
