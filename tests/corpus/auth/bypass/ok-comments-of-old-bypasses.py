# What was taken out is left as a comment.
import os

import jwt


def current_user(token):
    # if os.getenv("DISABLE_AUTH"):
    #     return {"sub": "dev"}
    # claims = jwt.decode(token, options={"verify_signature": False})
    # claims = jwt.decode(token, "secret", algorithms=["HS256", "none"])
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
    return claims["sub"]  # once it was: claims.get("sub") or DEFAULT_USER
