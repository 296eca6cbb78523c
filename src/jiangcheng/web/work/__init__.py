"""待办, 已办, 我发起, 转办, 消息, saved filters: pages that every desk has."""
