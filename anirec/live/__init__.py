"""Open pages hear over a WebSocket that something of theirs has changed, and ask for it anew as they always would.

What is sent are versions, never contents: who may see what is decided where the page is made.
"""
