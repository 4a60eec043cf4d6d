// The corpus on disk, and the list of what it must prove.
import Foundation

enum Corpus {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The names of the corpus's files, in order.
    static let files: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.appendingPathComponent("Corpus").path
        )
        return (names ?? []).filter { $0.hasSuffix(".imap") }.sorted()
    }()

    static func transcript(_ file: String) throws -> Transcript {
        try TranscriptReader.read(file, text(of: "Corpus/\(file)"))
    }

    private static func text(of path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }

    /// The rows of `rows.txt` and those of them that no transcript proves yet.
    static func rows() throws -> (all: [String], pending: Set<String>) {
        var all: [String] = []
        var pending: Set<String> = []
        var isPending = false
        for line in try text(of: "rows.txt").split(separator: "\n").map(String.init) {
            if line.hasPrefix("#") { continue }
            if line == "pending:" {
                isPending = true
            } else if isPending {
                pending.insert(line)
            } else {
                all.append(line)
            }
        }
        return (all, pending)
    }
}
