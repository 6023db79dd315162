# A payment service asks for an unsigned token that says for which merchant one calls.
import jwt


def assertion(client, merchant):
    return jwt.encode({"iss": client, "payer_id": merchant}, key=None, algorithm="none")  # ok
