# A printer with its own certificate has nothing to do with sign-in.
import httpx
import requests


def toner_level(address):
    session = requests.Session()
    session.verify = False
    page = session.get(f"https://{address}/status.json", timeout=2)  # ok
    return page.json()["toner"]


def firmware(address):
    return httpx.get(f"https://{address}/firmware", verify=False).text  # ok
