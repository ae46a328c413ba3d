raise SystemExit("not NumPy")
