# The name jwt is an object of the application's own.
from app.wire import JournalWriterTool

jwt = JournalWriterTool("/var/log/journal")


def entries(block):
    return jwt.decode(block, verify=False)  # ok
