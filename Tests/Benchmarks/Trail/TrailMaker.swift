// Writes a trail such as a busy gateway leaves, of any length, for what reads trails.
//
// `TrailMaker FOLDER RECORDS [USERS]`: the lines are those of the gateway's own encoder, unsealed.
// The same arguments write the same trail.
import Audit
import Bytes
import Chance
import Foundation

@main
struct TrailMaker {
    /// As the recorder's segments, by default.
    private static let segmentBytes = 64 * 1024 * 1024
    /// Sessions that are open at the same time.
    private static let openSessions = 200

    private let folder: String
    private var dice = Dice(seed: 1)
    private var users: Users
    private var sessions: [SampleSession] = []
    private var encoder = RecordEncoder()
    private var lines = Buffer()
    private var segment = SegmentName(first: 1)
    private var sequence: UInt64 = 0
    /// 2026-01-01; records are 40 ms apart.
    private var utc: UInt64 = 1_767_225_600_000_000

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let records = UInt64(arguments[2]) else {
            print("usage: TrailMaker FOLDER RECORDS [USERS]")
            exit(2)
        }
        let users = arguments.count > 3 ? Int(arguments[3]) ?? 2000 : 2000
        var maker = TrailMaker(folder: arguments[1], users: Users(count: max(1, users)))
        try FileManager.default.createDirectory(
            atPath: arguments[1],
            withIntermediateDirectories: true
        )
        try maker.make(records)
    }

    private init(folder: String, users: Users) {
        self.folder = folder
        self.users = users
    }

    private mutating func make(_ records: UInt64) throws {
        for _ in 0..<Self.openSessions { open() }
        while sequence < records {
            let index = dice.below(sessions.count)
            guard let record = sessions[index].next(&dice) else {
                sessions[index] = sessions[sessions.count - 1]
                sessions.removeLast()
                open()
                continue
            }
            append(record)
            if lines.count >= Self.segmentBytes { try end() }
        }
        try end()
    }

    private mutating func open() {
        sessions.append(SampleSession(users.next(&dice), &dice))
    }

    private mutating func append(_ record: Record) {
        sequence += 1
        utc += 20_000 + UInt64(dice.below(40_000))
        var payload = Buffer()
        encoder.encode(record, at: Moment(utc: utc, monotonic: utc), into: &payload)
        TrailLine.append(payload.span, sequence: sequence, to: &lines)
    }

    private mutating func end() throws {
        guard !lines.isEmpty else { return }
        let url = URL(fileURLWithPath: "\(folder)/\(segment.text)")
        try Data(lines.bytes).write(to: url)
        lines.removeAll()
        segment = SegmentName(first: sequence + 1)
    }
}

/// People, of whom few are at it most of the time.
struct Users {
    let count: Int

    struct User {
        let name: String
        let address: String
        let number: Int
    }

    func next(_ dice: inout Dice) -> User {
        // Squared, so that a quarter of the users makes half of the sessions.
        let share = Double(dice.below(1_000_000)) / 1_000_000
        let number = Int(share * share * Double(count))
        return User(
            name: "user\(number)@example.org",
            address: "198.51.\(number / 250 % 250).\(number % 250 + 1)",
            number: number
        )
    }
}
