# A WebSocket takes the user from an unverified token of its query string.
import jwt
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws/chat")
async def chat(websocket: WebSocket, token: str):
    claims = jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    await websocket.accept()
    await websocket.send_json({"room": claims["sub"]})
