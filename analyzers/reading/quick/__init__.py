"""The quick way to a file's facts: a syntax tree in bytes from ast-serialize, read once from front to back.

mypyc compiles these modules where there is a C compiler (hatch_build.py). Where there is none they say the same, though
slowly.
"""
