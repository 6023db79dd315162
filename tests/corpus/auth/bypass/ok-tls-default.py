# The verification that is on by default is on by name.
import aiohttp
import requests


def exchange(code):
    return requests.post("https://id.example.com/oauth/token", data={"code": code}, verify=True).json()  # ok


async def key_set():
    async with aiohttp.ClientSession() as client:
        reply = await client.get("https://id.example.com/jwks", ssl=True)  # ok
        return await reply.json()
