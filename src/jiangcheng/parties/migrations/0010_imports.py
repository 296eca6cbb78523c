"""Uploads, taken over from items under the name of their table; how far an import has come; what it wrote."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("bodies", "单位"), ("officers", "执法人员"), ("enterprises", "企业"), ("sites", "场所"), ("items", "检查事项"), ("plan", "年度计划"),
    ("caps", "频次上限"),
]


class Migration(migrations.Migration):

    dependencies = [("parties", "0002_certificate_photo"), ("items", "0010_imports_move")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.CreateModel(
                name="Import",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("kind", models.CharField(choices=KINDS, max_length=16, verbose_name="内容")),
                    ("target", models.CharField(blank=True, max_length=40, verbose_name="导入到")),
                    ("name", models.CharField(max_length=200, verbose_name="文件名")),
                    ("sha256", models.CharField(max_length=64, verbose_name="文件摘要")),
                    ("content", models.BinaryField(verbose_name="文件")),
                    ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                    ("fixes", models.JSONField(default=dict, verbose_name="在线修改")),
                    ("stored_at", models.DateTimeField(blank=True, null=True, verbose_name="入库时间")),
                    ("stored", models.JSONField(default=dict, verbose_name="入库结果")),
                    ("body", models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="parties.body")),
                    ("uploaded_by", models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.person")),
                ],
                options={"db_table": "items_import"},
            ),
        ]),
        migrations.AlterField(
            "Import", "body",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="parties.body"),
        ),
        migrations.AddField("Import", "undone_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phase", models.CharField(blank=True, db_index=True, max_length=16)),
                ("seen", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("found", models.JSONField(null=True)),
                ("actor", models.JSONField(default=dict)),
                ("word", models.CharField(blank=True, max_length=400)),
                ("beat_at", models.DateTimeField(null=True)),
                ("upload", models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, related_name="run", to="parties.import")),
            ],
        ),
        migrations.CreateModel(
            name="ImportTrace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=64)),
                ("before", models.JSONField(null=True)),
                ("leaf", models.BigIntegerField()),
                ("upload", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="traces", to="parties.import")),
            ],
            options={"indexes": [models.Index(fields=["upload", "id"], name="parties_imp_upload__idx")]},
        ),
    ]
