# The keys that verify tokens are fetched from whoever answers.
import httpx

JWKS_URL = "https://login.example.com/.well-known/jwks.json"


async def key_set():
    async with httpx.AsyncClient(verify=False) as client:
        return (await client.get(JWKS_URL)).json()  # finding: auth.bypass.tls-not-verified
