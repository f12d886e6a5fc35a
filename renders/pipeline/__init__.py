"""From an intent to judged candidates: planning, stages, ranking, running, recovery."""
