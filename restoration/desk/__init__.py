"""The desk's pages that need cars or the plan; the admin site takes them in."""
