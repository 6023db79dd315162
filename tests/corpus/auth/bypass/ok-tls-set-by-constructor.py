# The class has a default, but whoever makes a client says whether to verify.
import requests


class Client:
    verify = False

    def __init__(self, address, verify):
        self.address = address
        self.verify = verify

    def login(self, name, password):
        return requests.post(f"{self.address}/auth/login", data={"user": name, "secret": password}, verify=self.verify)  # ok
