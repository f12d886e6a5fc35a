"""Pictures: tasks, runs, candidates, what is judged and what is kept."""
