"""Live updates: a WebSocket tells open pages which parts have changed, and they reload those over HTTP.

Messages contain versions, never content: permissions are checked when a part is rendered.
"""
