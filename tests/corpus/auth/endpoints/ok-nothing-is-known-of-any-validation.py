# Where nobody validates anything in a known way, nothing is claimed.
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/sensors")
def sensors():  # ok
    return [1, 2]


@app.websocket("/sensors/live")
async def live(socket: WebSocket):  # ok
    await socket.accept()
    await socket.send_json([1, 2])
