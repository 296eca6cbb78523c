"""Imports of tables (上传 → 预览 → 校验 → 入库): one machinery, and a small description for each kind of rows.

``kinds`` says what a kind must know (columns, how a line is judged, how lines are saved); ``machine`` does the four steps;
``undo`` takes an import back before its first use; ``background`` carries on long ones. The kinds of this layer stand beside;
layers above register theirs.
"""
