"""The private parts that a trial or a test stands around Postern: store, backend, PAM, CA."""
