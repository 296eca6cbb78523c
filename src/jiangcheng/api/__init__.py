"""The interface for programs: one router an app, the same actions and ``scope()`` as the pages."""
