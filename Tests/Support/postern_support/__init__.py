"""What the integration tests stand on: a stage, a canary backend, a bare client."""
