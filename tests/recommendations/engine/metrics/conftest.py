collect_ignore = ["ask_rectools.py"]  # runs in an environment of its own, with packages that aren't installed here
