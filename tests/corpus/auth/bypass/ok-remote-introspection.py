# The server that made the token says whether it holds before its claims are read.
import httpx
import jwt

from app.people import load_person


async def identify(token, introspection_url):
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.post(introspection_url, data={"token": token})
    if answer.status_code != 200 or not answer.json()["active"]:
        raise PermissionError("token refused")
    claims = jwt.decode(token, options={"verify_signature": False})  # ok
    return await load_person(claims["sub"])
