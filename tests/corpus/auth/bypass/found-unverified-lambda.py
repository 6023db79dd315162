# A lambda looks up the owner that an unverified token names.
import jwt

OWNERS = {}

owner_of = lambda token: OWNERS[jwt.decode(token, options={"verify_signature": False})["sub"]]  # finding: auth.bypass.unverified-signature


def delete_file(store, token, path):
    store.delete(owner_of(token), path)
