"""Reading a web page: one tree, parsed once; declared and visible evidence are witnesses, a small ranking decides."""
