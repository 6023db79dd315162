# The policy names the check of the house, and the server does not ask it.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns:
    - name: House check
      calls: ["*.validate_token"]
# === relay/server.py
import asyncio

from websockets.asyncio.server import serve

from relay.tokens import Tokens

tokens = Tokens()


async def lamps(socket):  # ok
    if not await tokens.validate_token(await socket.recv()):
        await socket.close(4401)
        return
    await socket.send("lit")


async def doors(socket):  # finding: auth.unprotected
    async for name in socket:
        await socket.send(f"{name} is open")


async def main():
    async with serve(lamps, "", 7001), serve(doors, "", 7002):
        await asyncio.sleep(3600)
# === relay/tokens.py
class Tokens:
    def __init__(self):
        self.known = {}

    async def validate_token(self, token):
        return token in self.known
