"""Pages behind an inspection code: no log-in, for the enterprise at the door (addresses under ``v/``)."""
