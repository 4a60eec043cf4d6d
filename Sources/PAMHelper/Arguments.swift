// The command line of postern-pam, read without a library: the helper stays small.

enum Arguments: Equatable {
    case serve(service: String, folder: String?, deadlineSeconds: UInt32)
    case help
    case invalid(String)

    static let usage = """
        OVERVIEW: Ask PAM and the name service on behalf of postern's gateway (started by postern serve).

        USAGE: postern-pam --service NAME [--confdir DIR] --deadline SECONDS

        OPTIONS:
          --service NAME      PAM service: a file in /etc/pam.d or in DIR.
          --confdir DIR       Folder of PAM services instead of /etc/pam.d.
          --deadline SECONDS  End the process when one conversation takes longer (1 to 600).
          --help              Show this text.

        Descriptor 3 must be a connected SOCK_SEQPACKET socket.
        """

    private static let deadlineRange: ClosedRange<UInt32> = 1...600

    init(_ words: some Sequence<String>) {
        var service: String?
        var folder: String?
        var deadline: UInt32?
        var words = words.makeIterator()
        while let word = words.next() {
            if word == "--help" || word == "-h" {
                self = .help
                return
            }
            guard ["--service", "--confdir", "--deadline"].contains(word) else {
                self = .invalid("unknown argument \(word)")
                return
            }
            guard let value = words.next() else {
                self = .invalid("\(word) wants a value")
                return
            }
            switch word {
            case "--service": service = value
            case "--confdir": folder = value
            default: deadline = UInt32(value)
            }
        }
        // The service is a file's name in the folder, never a way out of it.
        guard let service, !service.isEmpty, !service.contains("/"), service != ".." else {
            self = .invalid("--service is missing or no file name")
            return
        }
        guard let deadline, Self.deadlineRange.contains(deadline) else {
            self = .invalid("--deadline is missing or not 1 to 600")
            return
        }
        self = .serve(service: service, folder: folder, deadlineSeconds: deadline)
    }
}
