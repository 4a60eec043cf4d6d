// A folder that goes away with its test, and records to put into it.
import Audit
import Bytes
import Foundation
import Postern

final class Folder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// The folder as a recorder holds it.
    ///
    /// A process that another test starts has a copy of our descriptors, and with it the lock of a
    /// recorder that is gone, until it runs its own program: nothing tells of that, so it is asked
    /// again and again. No loop: Swift 6.3.1 can't compile one that returns such a value.
    func held(
        reserveBytes: UInt64 = 0,
        until deadline: ContinuousClock.Instant = .now + .seconds(10)
    ) throws -> TrailFolder {
        do {
            return try TrailFolder(path, reserveBytes: reserveBytes)
        } catch TrailError.busy where ContinuousClock.now < deadline {
            usleep(1000)
        }
        return try held(reserveBytes: reserveBytes, until: deadline)
    }

    func text(_ file: String) -> String {
        String(
            decoding: FileManager.default.contents(atPath: "\(path)/\(file)") ?? Data(),
            as: UTF8.self
        )
    }

    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
    }

    /// Every line of every segment, in order.
    var lines: [String] {
        files.filter { $0.hasSuffix(".jsonl") }.flatMap {
            text($0).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        }
        .map(String.init)
    }

    /// What stands in the trail, as a JSON reader sees it.
    func entries() throws -> [[String: Any]] {
        try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try (object as? [String: Any]).orThrow()
        }
    }
}

struct Missing: Error {}

extension Optional {
    func orThrow() throws -> Wrapped {
        guard let self else { throw Missing() }
        return self
    }
}

func seal(in folder: Folder, _ trail: borrowing Trail, at now: UInt64 = 0) throws -> Seal {
    try Seal(in: folder.path, size: trail.next - 1, hasher: TreeHasher().orThrow(), at: now)
}

func moment(_ monotonic: UInt64) -> Moment {
    Moment(utc: 1_772_359_200_000_000 + monotonic, monotonic: monotonic)
}

let firstSegment = "trail-00000000000000000001.jsonl"
