# encode, dumps and sign of other things take literals too.
import json

from app.media import Encoder
from app.petitions import Petition


def publish(video, petition: Petition):
    Encoder().encode(video, "main-profile", algorithm="x264")  # ok
    petition.sign("Ada", "London")  # ok
    return json.dumps({"video": video.id, "key": "value"}, separators=(",", ":"))  # ok
