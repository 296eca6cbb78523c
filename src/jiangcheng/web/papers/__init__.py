"""查验文书: is this paper genuine; the paper itself for those who may read it (addresses under ``p/``)."""
