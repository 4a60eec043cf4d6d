// What a client may send before it is cut off, and the words for what it did wrong.

extension CommandFragmenter {
    package struct Limits: Equatable, Sendable {
        /// Bytes of a command's lines together, markers and CRLFs included, literals not.
        package var lineBytesMax: Int
        /// Bytes of one literal in an argument; a message literal is streamed and not limited here.
        package var literalBytesMax: Int
        /// Bytes of a whole command, lines and collected literals together.
        package var commandBytesMax: Int
        /// Literals of one command: floods of them cost servers memory (CVE-2024-34055).
        package var literalsMax: Int
        /// Whether commands may hold a password: storage is then wiped, and never moved by growth.
        package var holdsSecrets: Bool

        package init(
            lineBytesMax: Int,
            literalBytesMax: Int,
            commandBytesMax: Int,
            literalsMax: Int,
            holdsSecrets: Bool
        ) {
            self.lineBytesMax = lineBytesMax
            self.literalBytesMax = literalBytesMax
            self.commandBytesMax = commandBytesMax
            self.literalsMax = literalsMax
            self.holdsSecrets = holdsSecrets
        }

        /// A stranger gets 8 KiB in all: more than any LOGIN or initial response needs.
        package static let beforeAuthentication = Limits(
            lineBytesMax: 8 * 1024,
            literalBytesMax: 4 * 1024,
            commandBytesMax: 8 * 1024,
            literalsMax: 8,
            holdsSecrets: true
        )

        /// Lines of 64 KiB carry the longest message sets seen; 1 MiB bounds a session's memory.
        package static let afterAuthentication = Limits(
            lineBytesMax: 64 * 1024,
            literalBytesMax: 256 * 1024,
            commandBytesMax: 1024 * 1024,
            literalsMax: 64,
            holdsSecrets: false
        )

        /// Storage kept between commands: usual commands are far smaller, and reuse it.
        static let storageKeptMax = 4096
    }

    package enum Event: Equatable, Sendable {
        /// All of the input is used.
        case needMore
        /// `command` holds a whole command without its last CRLF.
        case command
        /// `command` ends with a literal's marker and CRLF; the caller decides what follows.
        case literal(LiteralHeader)
        /// These bytes of the input belong to the streamed literal.
        case streamed(Range<Int>)
        /// The streamed literal is complete; the rest of the command's line follows.
        case streamEnded
        /// Framing is lost, and nothing that follows can be trusted: say BYE.
        case violation(Violation)
    }

    /// Why the border of the next command can no longer be told.
    package enum Violation: Error, Equatable, Sendable {
        case bareCR
        case bareLF
        case nul
        case lineTooLong
        case literalTooLong
        case tooManyLiterals
        /// A line ends like a literal's marker and is none, or stands inside an open quote.
        case malformedLiteral
        /// A plain line was asked for in the middle of a command.
        case misplacedLine
    }
}

extension CommandFragmenter.Violation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .bareCR: "line feed missing after carriage return"
        case .bareLF: "carriage return missing before line feed"
        case .nul: "NUL byte outside a message"
        case .lineTooLong: "command line too long"
        case .literalTooLong: "literal too long"
        case .tooManyLiterals: "too many literals"
        case .malformedLiteral: "malformed literal"
        case .misplacedLine: "line in the middle of a command"
        }
    }
}
