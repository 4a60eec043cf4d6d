// What an entry says about one message: whether it was read, and how much of it.
import Audit
import TrailIndex

/// A message in an entry's answer.
struct Reading {
    /// What left, the most telling first.
    enum Part: String, CaseIterable {
        case whole, text, part, header, envelope, structure, preview, flags
    }

    let entry: FoundEntry
    /// Nil where nothing was told of the message: it was changed, copied, removed or refused.
    let part: Part?
    /// Whether the message may have been among those that the record had no room for.
    let isCertain: Bool

    init(_ entry: FoundEntry, of uid: UInt32) {
        self.entry = entry
        let uids = UIDRanges((entry[outcome: .uids] ?? entry.record[.args] ?? "").utf8)
        isCertain = uids.contains(uid)
        let isTold = entry.record[.event] == "msg.fetch" && entry.record[.verdict] != "deny"
        part = isTold ? Self.part(of: entry) : nil
    }

    /// Whether anything of the message itself left, not only what is kept about it.
    var isText: Bool {
        switch part {
        case .whole, .text, .part, .header, .envelope, .preview: true
        case .structure, .flags, nil: false
        }
    }

    private static func part(of entry: FoundEntry) -> Part {
        if let sections = entry[outcome: .sections] {
            let told = sections.split { $0 == " " || $0 == "," }.map(String.init)
            return Part.allCases.first { told.contains($0.rawValue) } ?? .flags
        }
        return Part.allCases.first { $0.isAsked(for: (entry.record[.args] ?? "").uppercased()) }
            ?? .flags
    }

    /// `TIME RECORD WHO SESSION PART of N messages: COMMAND`.
    var words: String {
        let record = entry.record
        let who = (record[.user] ?? "-") + (record[.client].map { "@" + $0 } ?? "")
        let messages = entry.number(.messages) ?? 1
        let what = part?.words ?? entry.record[.verdict] ?? ""
        var words = [
            record[.time] ?? "", "\(record.sequence)", record[.session] ?? "-", who,
            isCertain ? what : "perhaps " + what,
        ].map(\.harmless)
        if messages > 1 { words.append("(among \(messages) messages)") }
        if let validity = entry.number(.uidvalidity) { words.append("UIDVALIDITY \(validity)") }
        return words.joined(separator: " ") + ": " + entry.what
    }
}

extension Reading.Part {
    /// Whether a FETCH with these items asks for it; for records that don't say what left.
    fileprivate func isAsked(for items: String) -> Bool {
        switch self {
        case .whole:
            items.contains("BODY[]") || items.contains("BODY.PEEK[]") || items.contains("BINARY[]")
                || items.split { " ()".contains($0) }.contains("RFC822")
        case .text: items.contains("[TEXT]") || items.contains("RFC822.TEXT")
        case .part: items.contains("BINARY") || items.contains(#/BODY(\.PEEK)?\[[0-9]/#)
        case .header: items.contains("[HEADER") || items.contains("RFC822.HEADER")
        case .envelope: items.contains("ENVELOPE")
        case .structure: items.contains("BODY")
        case .preview: items.contains("PREVIEW")
        case .flags: true
        }
    }

    fileprivate var words: String {
        switch self {
        case .whole: "whole message"
        case .text: "all but the header"
        case .part: "parts"
        case .header: "header"
        case .envelope: "envelope"
        case .structure: "structure"
        case .preview: "preview"
        case .flags: "flags and the like"
        }
    }
}

/// All that was found of a message.
struct Readings {
    private let uid: UInt32
    private var readers: Set<String> = []
    private var texts = 0
    private var others = 0
    private var unnamed = 0

    init(of uid: UInt32) { self.uid = uid }

    /// Counts an entry; nil where it is about other messages.
    mutating func note(_ entry: FoundEntry) -> Reading? {
        let reading = Reading(entry, of: uid)
        guard reading.isCertain || UIDRanges((entry[outcome: .uids] ?? "").utf8).isCut else {
            return nil
        }
        if reading.isText {
            texts += 1
            readers.insert(entry.record[.user] ?? "")
        } else {
            others += 1
        }
        return reading
    }

    /// Counts a FETCH by message numbers that told something of a message, but no UID.
    mutating func noteUnnamed(_ entry: FoundEntry) {
        guard entry.record[.verdict] != "deny", entry[outcome: .uids] == nil,
            entry.number(.messages).map({ $0 > 0 }) ?? false
        else { return }
        unnamed += 1
    }

    var words: String {
        guard unnamed > 0 else { return told }
        return "\(told); \(unnamed) by message number, whose UID nobody named, may be of it"
    }

    private var told: String {
        "read \(texts) times by \(readers.count) users; \(others) other records tell of it"
    }
}
