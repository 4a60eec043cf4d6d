// Plays one transcript on a scene and says where it went otherwise than written.
import Audit
import Proxy

/// How the octets of each side are cut on their way into the session.
enum Cut: Equatable, Sendable {
    case whole
    /// Every octet comes alone.
    case everywhere
    /// Both sides' octets, counted together, are cut once in front of this one.
    case before(Int)
}

struct Rehearsal {
    private let transcript: Transcript
    private let cut: Cut
    let scene: Scene
    private var tags: [Int: [UInt8]] = [:]
    private var clientHeard: Int
    private var backendHeard: Int
    private var recordsSeen = 0
    /// Octets fed so far, of both sides.
    private(set) var fed = 0

    /// Plays the whole transcript.
    init(_ transcript: Transcript, _ settings: Settings, cut: Cut = .whole) throws {
        self.transcript = transcript
        self.cut = cut
        scene = Scene.begun(transcript.heading, settings)
        let isGreeted = transcript.heading.state != .greeting
        clientHeard = isGreeted ? scene.toClient.count : 0
        backendHeard = isGreeted ? scene.toBackend.count : 0
        for turn in transcript.turns { try play(turn) }
    }

    private func failure(_ line: Int, _ text: String) -> Failure {
        let suffix = cut == .whole ? "" : " (input cut: \(cut))"
        return Failure(file: transcript.file, line: line, text: text + suffix)
    }

    private mutating func play(_ turn: Turn) throws {
        let scene = scene
        for happening in Self.joined(turn.happenings) {
            switch happening {
            case .client(let pieces): feed(pieces.octets([:]) ?? []) { scene.client($0) }
            case .backend(let pieces):
                guard let octets = pieces.octets(tags) else {
                    throw failure(turn.lastLine, "a tag is used that no command was sent with")
                }
                feed(octets) { scene.backend($0) }
            case .event(let direction): try scene.direct(direction)
            }
        }
        let backendPart = scene.toBackend[backendHeard...]
        try check(turn.toBackend, backendPart, turn, "to the backend")
        backendHeard = scene.toBackend.count
        try check(turn.toClient, scene.toClient[clientHeard...], turn, "to the client")
        clientHeard = scene.toClient.count
        try check(turn.records)
        if scene.isClosed != turn.endsSession && !turn.expectsNothing {
            let text = scene.isClosed ? "the session has ended" : "the session goes on"
            throw failure(turn.lastLine, text)
        }
    }

    /// What one side says in a row is one piece, so that it can be cut anywhere.
    private static func joined(_ happenings: [Happening]) -> [Happening] {
        var joined: [Happening] = []
        for happening in happenings {
            switch (joined.last, happening) {
            case (.client(let before), .client(let pieces)):
                joined[joined.count - 1] = .client(before + pieces)
            case (.backend(let before), .backend(let pieces)):
                joined[joined.count - 1] = .backend(before + pieces)
            default: joined.append(happening)
            }
        }
        return joined
    }

    private mutating func feed(_ octets: [UInt8], _ give: (ArraySlice<UInt8>) -> Void) {
        defer { fed += octets.count }
        switch cut {
        case .whole: give(octets[...])
        case .everywhere: for index in octets.indices { give(octets[index...index]) }
        case .before(let place):
            let index = min(max(place - fed, 0), octets.count)
            for part in [octets[..<index], octets[index...]] where !part.isEmpty { give(part) }
        }
    }

    // MARK: Expectations

    private mutating func check(
        _ expected: [ExpectedLine],
        _ heard: ArraySlice<UInt8>,
        _ turn: Turn,
        _ whom: String
    ) throws {
        var rest = heard
        for line in expected {
            guard let count = match(line.pieces, rest) else {
                let got = rest.isEmpty ? "nothing" : readable(rest)
                throw failure(line.line, "expected \(whom): \(line.pieces.shown) got: \(got)")
            }
            rest = rest.dropFirst(count)
        }
        guard rest.isEmpty else {
            throw failure(turn.lastLine, "unexpected \(whom): \(readable(rest))")
        }
    }

    /// How many octets the pieces take of `heard`, nil when they differ; binds tags.
    private mutating func match(_ pieces: [Piece], _ heard: ArraySlice<UInt8>) -> Int? {
        var rest = heard
        for piece in pieces {
            let octets: [UInt8]
            switch piece {
            case .octets(let bytes): octets = bytes
            case .tag(let number):
                octets = tags[number] ?? Array(rest.prefix { $0 != UInt8(ascii: " ") })
                guard isFree(octets, for: number) else { return nil }
                tags[number] = octets
            }
            guard rest.starts(with: octets) else { return nil }
            rest = rest.dropFirst(octets.count)
        }
        return heard.count - rest.count
    }

    /// Whether this is a tag of ours, and no other placeholder's.
    private func isFree(_ tag: [UInt8], for number: Int) -> Bool {
        guard tag.first == UInt8(ascii: "g"), tag.count > 1 else { return false }
        guard tag.dropFirst().allSatisfy({ 48...57 ~= $0 }) else { return false }
        return tags.allSatisfy { $0.value != tag || $0.key == number }
    }

    /// The records of a turn, in order; others may stand between them.
    private mutating func check(_ expected: [ExpectedRecord]) throws {
        let written = scene.records[recordsSeen...]
        recordsSeen = scene.records.count
        var rest = written
        for record in expected {
            guard let index = rest.firstIndex(where: { record.matches($0) }) else {
                let got = written.map { $0.shown }.joined(separator: "; ")
                throw failure(record.line, "expected the record \(record.shown) got: \(got)")
            }
            rest = rest[(index + 1)...]
        }
    }
}
