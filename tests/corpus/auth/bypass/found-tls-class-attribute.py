# Nobody sets what the class says.
import requests


class Client:
    verify = False

    def __init__(self, address):
        self.address = address

    def login(self, name, password):
        data = {"user": name, "secret": password}
        return requests.post(f"{self.address}/auth/login", data=data, verify=self.verify)  # finding: auth.bypass.tls-not-verified
