"""The GitHub door: the few requests that fifthwhy makes, through githubkit, with narrow answers and plain errors.

githubkit's own retries are off. They sleep inside the process for as long as GitHub says and repeat a request whatever
its method, which posts comments twice; here a job that cannot go on is put off as a whole.
"""
