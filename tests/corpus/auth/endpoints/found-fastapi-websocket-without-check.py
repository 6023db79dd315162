# The HTTP handler takes the user; the WebSocket beside it takes whoever comes.
import os

import jwt
from fastapi import APIRouter, Depends, FastAPI, Header, WebSocket

router = APIRouter(prefix="/robots-fleet")


def pilot(x_token: str = Header()):
    return jwt.decode(x_token, os.environ["JWT_KEY"], algorithms=["HS256"])


@router.post("/{robot}/stop")
async def stop(robot: int, found=Depends(pilot)):  # ok
    return {"stopped": robot}


@router.websocket("/{robot}/steer")
async def steer(socket: WebSocket, robot: int):  # finding: auth.unprotected
    await socket.accept()
    async for command in socket.iter_json():
        await socket.send_json({"robot": robot, "did": command})


app = FastAPI()
app.include_router(router)
