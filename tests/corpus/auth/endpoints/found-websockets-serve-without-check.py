# Two servers of the websockets library: one decodes a token first, the other serves anybody.
import asyncio
import os

import jwt
from websockets.asyncio.server import serve


async def quotes(socket):  # ok
    try:
        jwt.decode(await socket.recv(), os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        await socket.close(1008, "who are you?")
        return
    await socket.send("EUR 1.1")


async def orders(socket):  # finding: auth.unprotected
    async for message in socket:
        await socket.send(f"bought {message}")


async def main():
    async with serve(quotes, "", 8001), serve(orders, "", 8002):
        await asyncio.get_running_loop().create_future()
