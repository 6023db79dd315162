# A factory makes verifiers that never look at the expiry.
import jwt


def make_verifier(key, algorithm="HS256"):
    options = {"require": ["sub"], "verify_exp": False}

    def verify(token):
        return jwt.decode(token, key, algorithms=[algorithm], options=options)["sub"]  # finding: auth.bypass.expiry-not-checked

    return verify
