# The ID token that the helper reads comes straight from the provider.
import jwt


def _claims_of(raw_id_token):
    return jwt.decode(raw_id_token, options={"verify_signature": False})  # ok


async def keep_oauth_claims(token, store):
    raw_id_token = token.get("id_token")
    if raw_id_token:
        await store(_claims_of(raw_id_token))
