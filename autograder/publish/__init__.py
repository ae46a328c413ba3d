"""Results in the formats that others read; nothing here grades, and nothing here trusts text."""
