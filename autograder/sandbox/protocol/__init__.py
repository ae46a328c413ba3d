"""What both sides of the boundary share: the codec, the words of the protocol, and the queries.

Nothing here starts a process.
"""
