"""Tables of the kernel: ledger leaves, serial numbers, working-day calendar, dated settings."""

from django.db import models


class Leaf(models.Model):
    """One act on the record (全过程记录, Art. 8 para. 2). Never updated, never deleted: triggers refuse both.

    ``entry`` is the canonical JSON that counts; ``hash`` is SHA-256 of a zero byte and the entry; ``receipt`` the
    signature of the promise. The other columns repeat parts of the entry for fast lists; the verifier compares them.
    """

    act = models.CharField(max_length=80, db_index=True)
    subject_kind = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    actor = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100)
    body = models.BigIntegerField(null=True)
    body_name = models.CharField(max_length=200)
    opinion = models.TextField(blank=True)
    source = models.CharField(max_length=32, blank=True)
    target = models.CharField(max_length=32, blank=True)
    duties = models.TextField(blank=True)
    at = models.DateTimeField(db_index=True)
    device_time = models.DateTimeField(null=True)
    place = models.CharField(max_length=64, blank=True)
    entry = models.TextField()
    hash = models.CharField(max_length=64, unique=True)
    receipt = models.CharField(max_length=128)
    key_id = models.CharField(max_length=16)
    chain = models.CharField(max_length=32)
    n = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"]),
            models.Index(fields=["actor", "id"]),
            models.Index(fields=["body", "id"]),
        ]
        constraints = [models.UniqueConstraint(fields=["chain", "n"], name="kernel_leaf_chain_n")]

    def __str__(self) -> str:
        return f"{self.act} {self.pk}"

    @property
    def number(self) -> str:
        """存证编号 of the act."""
        return str(self.pk)

    @property
    def duty_ids(self) -> tuple[str, ...]:
        """Duties that the act discharged."""
        return tuple(self.duties.split())


class LeafIndex(models.Model):
    """Place of a leaf in the tree. Insert-only and gap-free: given inside the act (SQLite) or by the sequencer."""

    idx = models.BigIntegerField(primary_key=True)
    leaf = models.OneToOneField(Leaf, models.PROTECT, related_name="place_in_tree")

    def __str__(self) -> str:
        return f"{self.idx}: {self.leaf_id}"


class Checkpoint(models.Model):
    """A signed statement: the first ``size`` leaves have this Merkle root. ``heads`` are the chains that moved since.

    The id is the number of the checkpoint on screen (存证检查点 第 n 号). Insert-only.
    """

    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    heads = models.TextField()
    at = models.CharField(max_length=32)
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"{self.size} {self.root[:12]}"


class TreeNode(models.Model):
    """Root of a complete subtree: ``place`` · 2^``level`` is its first leaf. Kept from level 8 up, so one row for 128 leaves.

    A short cut to proofs and to the start of the sequencer. It can be derived from the leaves, and nobody trusts it:
    what is made from it must lead to a signed root.
    """

    level = models.PositiveSmallIntegerField()
    place = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "place"], name="kernel_treenode_place")]

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class RowDigest(models.Model):
    """Last recorded digest of an audited row. A short cut that can be derived from the leaves; nobody trusts it."""

    tab = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    form = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    leaf = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tab", "key"], name="kernel_rowdigest_row")]

    def __str__(self) -> str:
        return f"{self.tab} {self.key}"


class BulkRow(models.Model):
    """One row of a bulk load; the leaf holds the Merkle root of its rows in the order of ``position``. Insert-only."""

    leaf = models.ForeignKey(Leaf, models.PROTECT, related_name="bulk_rows")
    position = models.PositiveIntegerField()
    entry = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["leaf", "position"], name="kernel_bulkrow_position")]

    def __str__(self) -> str:
        return f"{self.leaf_id}/{self.position}"


class Salt(models.Model):
    """Salted commitment of a personal field. Salt null means erased: the commitment stays, the value is gone."""

    tab = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    field = models.CharField(max_length=64)
    salt = models.CharField(max_length=32, null=True)
    commitment = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tab", "key", "field"], name="kernel_salt_field")]

    def __str__(self) -> str:
        return f"{self.tab} {self.key} {self.field}"


class Serial(models.Model):
    """Last number given in a series (e.g. a body's notices of one year)."""

    series = models.CharField(max_length=120, primary_key=True)
    last = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Day(models.Model):
    """An exception of the working-day calendar: a holiday, or a weekend day worked in its stead."""

    day = models.DateField(primary_key=True)
    working = models.BooleanField()
    name = models.CharField(max_length=40)
    source = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Setting(models.Model):
    """A dated version of a parameter or house rule set by this city; the shipped value stands in law/parameters."""

    name = models.CharField(max_length=80)
    value = models.CharField(max_length=400)
    valid_from = models.DateField()
    decided_by = models.CharField(max_length=100)
    decided_at = models.DateTimeField()
    ground = models.CharField(max_length=400)

    class Meta:
        unique_together = [("name", "valid_from")]

    def __str__(self) -> str:
        return f"{self.name} = {self.value} ({self.valid_from})"
