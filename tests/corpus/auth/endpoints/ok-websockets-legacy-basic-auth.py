# The old protocol factory asks for credentials as well.
import asyncio
import os

import websockets
from websockets.legacy.auth import basic_auth_protocol_factory


async def ferries(socket, path):  # ok
    async for message in socket:
        await socket.send(message)


factory = basic_auth_protocol_factory(realm="ferries", credentials=("pilot", os.environ["PILOT"]))
server = websockets.serve(ferries, "", 9000, create_protocol=factory)
asyncio.get_event_loop().run_until_complete(server)
