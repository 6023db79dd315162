# Methods, parameters and modules that are called like the library's are something else.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
def verify(token, store):
    return store[token]
# === app/texts.py
import base64
import codecs

from app.frames import decode


def read(raw, jwt, login_required):
    text = codecs.decode(raw, "rot13")  # ok
    frame = decode(text)  # ok
    login_required(frame)  # ok
    return jwt.decode(base64.b64decode(raw).decode("utf-8"))  # ok
# === app/frames.py
def decode(text):
    return text.split("|")
