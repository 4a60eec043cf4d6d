// The backend's bytes: the responses are read here once their parser stands.

func fuzzBackend(_ input: [UInt8]) {}
