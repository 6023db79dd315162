# An Authlib token is made with the algorithm none.
from authlib.jose import jwt


def link_token(user):
    return jwt.encode({"alg": "none"}, {"sub": user.id, "may": "download"}, "")  # finding: auth.bypass.none-algorithm
