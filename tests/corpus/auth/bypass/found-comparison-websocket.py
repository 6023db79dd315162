# The token of a WebSocket's query string is compared.
import os

from fastapi import FastAPI, WebSocket

app = FastAPI()
FEED_TOKEN = os.environ["FEED_TOKEN"]


@app.websocket("/ws/feed")
async def feed(websocket: WebSocket):
    if websocket.query_params.get("token") != FEED_TOKEN:  # finding: auth.bypass.token-comparison
        await websocket.close(code=4401)
        return
    await websocket.accept()
