"""Sources of pictures: one file each."""
