"""Begins new courses and new assignments."""
