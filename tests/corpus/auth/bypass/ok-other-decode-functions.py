# decode and verify are common words.
import base64

from app.codecs import VideoCodec


def thumbnail(blob, frame):
    codec = VideoCodec()
    header = blob[:16].decode("ascii")
    picture = codec.decode(blob, verify=False)  # ok
    return header, base64.b64decode(picture.embedded), codec.decode(frame, options={"verify_signature": False})  # ok
