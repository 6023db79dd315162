# The library's own basic auth asks for a name and a password.
import asyncio
import hmac
import os

from websockets.asyncio.server import basic_auth, serve


async def known(name, password):
    return hmac.compare_digest(password, os.environ["SOCKET_PASSWORD"])


async def lifts(socket):  # ok
    async for floor in socket:
        await socket.send(f"going to {floor}")


async def main():
    gate = basic_auth(realm="lifts", check_credentials=known)
    async with serve(lifts, "", 8000, process_request=gate) as server:
        await server.serve_forever()


asyncio.run(main())
