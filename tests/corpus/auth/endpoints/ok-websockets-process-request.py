# process_request answers 401 before there is a connection.
import asyncio
import http
import os

import jwt
from websockets.asyncio.server import serve


def gate(connection, request):
    try:
        jwt.decode(request.headers["X-Token"], os.environ["JWT_KEY"], algorithms=["HS256"])
    except (KeyError, jwt.InvalidTokenError):
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "no\n")
    return None


async def drones(socket):  # ok
    async for message in socket:
        await socket.send(f"done: {message}")


async def main():
    async with serve(drones, "0.0.0.0", 8765, process_request=gate) as server:
        await server.serve_forever()


asyncio.run(main())
