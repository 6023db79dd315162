# A partial with strict options, and one of something else.
import json
import os
from functools import partial

import jwt

verified = partial(jwt.decode, algorithms=["RS256"], options={"require": ["exp"], "verify_signature": True})
lenient = partial(json.loads, strict=False)


def claims(token, extra):
    return verified(token, os.environ["JWT_PUBLIC"]), lenient(extra)  # ok
