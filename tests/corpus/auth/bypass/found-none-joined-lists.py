# none joins the list by addition.
import os

import jwt

STRONG = ["RS256"]
LEGACY = ["none"]


def claims(token):
    return jwt.decode(  # finding: auth.bypass.none-algorithm
        token,
        os.environ["JWT_PUBLIC"],
        algorithms=STRONG + LEGACY,
    )
