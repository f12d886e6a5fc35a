"""What every app stands on. Knows no model of ours."""
