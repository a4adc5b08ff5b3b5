"""Live updates: open pages learn over a WebSocket what has changed, and reload those parts over HTTP.

What is sent are versions, never contents: who may see what is decided where the page is made.
"""
