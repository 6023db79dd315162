# Tokens of a parser and of pages are of another kind.
class Parser:
    def __init__(self, tokens):
        self.tokens = tokens
        self.current_token = None

    def accept(self, token):
        if token == self.current_token:  # ok
            self.current_token = next(self.tokens)


def pages(client):
    page = client.first()
    while page.next_token != page.token:  # ok
        yield page
        page = client.get(page.next_token)
