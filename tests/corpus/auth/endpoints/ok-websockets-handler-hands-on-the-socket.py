# What the handler hands the connection to is not at hand, and may check it.
import asyncio
import os

import jwt
from company_bus import attach
from websockets.asyncio.server import serve


async def whistles(socket):  # ok
    jwt.decode(await socket.recv(), os.environ["JWT_KEY"], algorithms=["HS256"])
    await socket.send("peep")


async def bells(socket):  # ok
    await attach(socket)


async def main():
    async with serve(whistles, "", 7001), serve(bells, "", 7002):
        await asyncio.sleep(3600)
