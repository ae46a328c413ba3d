"""Marking written answers question by question, without names, in a page on this machine."""
