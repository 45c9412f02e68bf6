"""Lists an image from inside: run there by its own Python, on standard output, as JSON."""

LIST_FILES = """
import json, os, sys
skipped = {"/proc", "/sys", "/dev", "/data", "/run/secrets"}
paths, holding = [], []
for folder, folders, names in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in skipped]
    for path in (os.path.join(folder, name) for name in names):
        paths.append(path)
        if path.startswith(("/app/", "/venv/", "/etc/", "/root/")) and os.path.isfile(path):
            with open(path, "rb") as file:
                if sys.argv[1].encode() in file.read():
                    holding.append(path)
print(json.dumps({"paths": paths, "holding": holding}))
"""
