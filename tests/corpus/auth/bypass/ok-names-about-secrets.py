# Names that sound like secrets hold addresses, paths, headers and kinds.
JWT_SECRET_PATH = "/run/secrets/jwt"  # ok
TOKEN_URL = "https://login.example.com/oauth/token"  # ok
SECRET_KEY_NAME = "prod/jwt/signing"  # ok
PASSWORD_FIELD = "password"  # ok
API_KEY_HEADER = "X-Api-Key"  # ok
token_type = "bearer"  # ok


def next_page(client, token="first"):  # ok
    return client.list(next_token=token, password_reset="never")  # ok
