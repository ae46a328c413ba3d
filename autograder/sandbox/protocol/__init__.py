"""What both sides of the boundary share: how data crosses, and what may be asked.

Starts no process.
"""
