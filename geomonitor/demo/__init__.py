"""The demo: a register of invented works in real villages, with pictures drawn by code and planted cases."""
