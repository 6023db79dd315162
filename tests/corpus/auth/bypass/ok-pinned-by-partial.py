# A partial pins the algorithms.
import os
from functools import partial

import jwt

verified = partial(jwt.decode, key=os.environ["JWT_PUBLIC"], algorithms=["RS256"])


def claims(token):
    return verified(token)  # ok
