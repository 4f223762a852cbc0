"""`python -m gate`: the front door where the command `inference-gate` is not on the path."""

from gate.cli import main

main()
