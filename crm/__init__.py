"""The project package: composition root and the kernel every app may use."""
