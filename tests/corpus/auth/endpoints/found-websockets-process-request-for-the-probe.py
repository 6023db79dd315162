# process_request answers a probe and hands on everything else unchecked.
import asyncio
import os

import jwt
from websockets.asyncio.server import serve


def probe(connection, request):
    if request.path == "/healthz":
        return connection.respond(200, "up\n")
    return None


async def whistles(socket):  # ok
    jwt.decode(await socket.recv(), os.environ["JWT_KEY"], algorithms=["HS256"])
    await socket.send("peep")


async def horns(socket):  # finding: auth.unprotected
    async for message in socket:
        await socket.send(message.upper())


async def main():
    async with serve(whistles, "", 7001), serve(horns, "", 7002, process_request=probe):
        await asyncio.sleep(3600)
