"""`inference-gate release`: two releases brought up, judged, loaded in turn, and decided on."""
