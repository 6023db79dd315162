# The answer is an object, but one that says no.
import os
from dataclasses import dataclass

import jwt


@dataclass
class Verdict:
    allowed: bool
    reason: str = ""


def verdict(token):
    try:
        jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:  # ok
        return Verdict(allowed=False, reason=str(error))
    return Verdict(allowed=True)
