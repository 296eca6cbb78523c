"""Import every module of the package, so that everything that cites a duty has done so."""

from __future__ import annotations

import importlib
import pkgutil

import jiangcheng

LEFT_OUT = ("migrations", "__main__", "wsgi", "asgi", "settings")


def load_all() -> list[str]:
    """Names of the modules imported. What needs a framework set up must be set up before; a broken module raises."""
    done = []
    todo = [("jiangcheng", jiangcheng.__path__)]
    while todo:
        package, path = todo.pop()
        for found in pkgutil.iter_modules(path):
            if found.name in LEFT_OUT:
                continue
            name = f"{package}.{found.name}"
            module = importlib.import_module(name)
            done.append(name)
            if found.ispkg:
                todo.append((name, module.__path__))
    return sorted(done)
