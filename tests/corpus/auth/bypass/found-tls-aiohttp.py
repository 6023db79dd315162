# aiohttp calls the login service with ssl=False.
import aiohttp


async def log_in(name, password):
    async with aiohttp.ClientSession() as client:
        form = {"name": name, "password": password}
        reply = await client.post("https://sso.example.com/login", data=form, ssl=False)  # finding: auth.bypass.tls-not-verified
        return await reply.json()
