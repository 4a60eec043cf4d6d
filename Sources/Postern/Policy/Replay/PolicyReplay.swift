// `postern policy replay`: a new policy held against what was really done.
import ArgumentParser
import Audit
import Configuration
import Foundation
import Glibc
import Policy
import Proxy

struct PolicyReplay: ParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Say what a policy would have refused of what was really done.",
        discussion: """
            Reads the audit trail and gives every command that was let through, and that the mail \
            server did not refuse, to the policy: as the same user, from the same address, at the \
            same time. The trail tells neither what mailboxes are for nor the certificates' \
            issuers nor what clients call themselves; Unix groups are today's.
            """
    )

    @Argument(help: "Files of the trail, or its folder.")
    var trail: [String]

    @OptionGroup var source: PolicySource
    @OptionGroup var revealing: RevealOptions

    @Option(help: "One of text and json.")
    var format = Format.text

    @Option(help: "How many instances to show.")
    var first = 10

    func run() throws {
        let (policy, base) = try source.load()
        var replay = Replay(policy, Judge(policy, like: base), first: max(0, first))
        // A trail of single files has no folder where keys would be.
        let folder = trail.first { FileManager.default.isFolder($0) } ?? "."
        let reveal = try revealing.reveal(of: folder)
        if reveal != nil { try announceCommand(at: folder) }
        for file in try trail.flatMap(Self.files) { try replay.read(file: file, reveal) }
        replay.finish()
        switch format {
        case .text: print(replay.words(policy))
        case .json: print(try replay.json)
        }
    }

    private static func files(_ path: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: path) else {
            throw ValidationError("\(path) is not there")
        }
        guard FileManager.default.isFolder(path) else { return [path] }
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        let files = names.filter { $0.hasPrefix("trail-") && $0.hasSuffix(".jsonl") }
        return files.map { (path.hasSuffix("/") ? path : path + "/") + $0 }
    }
}

extension Replay {
    /// Reads a file of the trail, a line at a time: trails are larger than memories.
    mutating func read(file path: String, _ reveal: RecordReveal?) throws {
        guard let stream = unsafe fopen(path, "re") else { throw Self.unreadable(path) }
        defer { unsafe fclose(stream) }
        var line: UnsafeMutablePointer<CChar>?
        defer { unsafe free(line) }
        var room = 0
        while true {
            let count = unsafe getline(&line, &room, stream)
            guard count > 0, let start = unsafe line else {
                // What could not be read would count as permitted.
                guard unsafe ferror(stream) == 0 else { throw Self.unreadable(path) }
                return
            }
            var bytes = unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            read(reveal?.line(bytes) ?? bytes)
        }
    }

    private static func unreadable(_ path: String) -> ValidationError {
        ValidationError("can't read \(path): \(unsafe String(cString: strerror(errno)))")
    }

    fileprivate var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    func words(_ policy: PolicySet) -> String {
        var lines = ["\(commands) commands were done; the policy would have refused \(refused)"]
        if !changed.isEmpty {
            lines += ["", "passed in another form"] + Self.counts(changed)
        }
        if unread > 0 { lines.append("\(unread) lines can't be judged") }
        guard refused > 0 else { return lines.joined(separator: "\n") }
        let places = Dictionary(policy.rules.map { ($0.id, "\($0.position)") }) { first, _ in first
        }
        lines += ["", "by rule"] + Self.counts(byRule) { "\($0)  \(places[$0] ?? "")" }
        lines += ["", "by user"] + Self.counts(byUser)
        lines += ["", "by mailbox"] + Self.counts(byMailbox)
        lines += ["", "the first"] + first.flatMap(\.words)
        return lines.joined(separator: "\n")
    }

    /// The most frequent first.
    private static func counts(
        _ counts: [String: Int],
        _ words: (String) -> String = { $0 }
    ) -> [String] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { key, count in
            let number = "\(count)"
            return String(repeating: " ", count: max(0, 8 - number.count)) + number + "  "
                + words(key).harmless
        }
    }
}

extension ReplayInstance {
    fileprivate var words: [String] {
        let names = [mailbox, destination].compactMap { $0 }.map { "\"\($0)\"" }
        let what = ([verb] + names + [args ?? ""]).filter { !$0.isEmpty }.joined(separator: " ")
        let who = user + (client.map { " from \($0)" } ?? "")
        return [
            "  \(time) record \(seq): \(who): \(what)".harmless,
            "      \(answer)".harmless
                + (rules.isEmpty ? "" : "  by \(rules.joined(separator: " "))"),
        ]
    }
}
