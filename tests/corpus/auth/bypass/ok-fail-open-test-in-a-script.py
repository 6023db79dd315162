# A script that tries the check out, in functions called like tests.
import os

import jwt


def test_expired_token_is_refused(token):
    try:
        jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except Exception:  # ok
        return True
    return False


if __name__ == "__main__":
    print(test_expired_token_is_refused("eyJ"))
