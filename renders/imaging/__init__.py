"""Image maths. Knows Pillow, numpy and OpenCV; knows no Django, no table and no file path of the store."""
