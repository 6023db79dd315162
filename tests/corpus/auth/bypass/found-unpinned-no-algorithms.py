# A verifying decode does not say which algorithms it accepts.
import os

import jwt


def claims(token):
    return jwt.decode(token, os.environ["JWT_PUBLIC"])  # finding: auth.bypass.algorithm-not-pinned
