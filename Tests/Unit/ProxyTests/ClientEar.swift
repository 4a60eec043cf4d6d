// How a strict client hears: whole responses, cut by lines and counted literals.

/// Cuts what a client gets into responses and complains of what is none.
struct ClientEar {
    enum Heard: Equatable {
        case continuation
        case untagged(String)
        case tagged(String, String)
    }

    private(set) var complaints: [String] = []
    private(set) var heard: [Heard] = []
    private var line: [UInt8] = []
    /// The lines of the response under way, without its literals.
    private var text = ""
    private var literalBytes = 0
    private var isBehindLiteral = false

    /// Whether a response has begun and not ended.
    var isInsideResponse: Bool { literalBytes > 0 || isBehindLiteral || !line.isEmpty }

    mutating func hear(_ bytes: [UInt8]) {
        for byte in bytes {
            if literalBytes > 0 {
                literalBytes -= 1
                continue
            }
            line.append(byte)
            if byte == 0x0A { endLine() }
        }
    }

    mutating func take() -> [Heard] {
        defer { heard = [] }
        return heard
    }

    private mutating func endLine() {
        let whole = String(decoding: line, as: UTF8.self)
        line = []
        guard whole.hasSuffix("\r\n") else { return complaints.append("bare line feed: \(whole)") }
        let words = String(whole.unicodeScalars.dropLast(2))
        if !words.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) { complaints.append("octets in \(words)") }
        if isBehindLiteral && !words.hasPrefix(" ") && !words.hasPrefix(")") {
            complaints.append("inside a response: \(words)")
        }
        // Denied names must not show anywhere but in messages.
        if words.lowercased().contains("secret") { complaints.append("leaked: \(words)") }
        text += words
        if let marker = LiteralMarker(words), text.hasPrefix("* ") {
            literalBytes = marker.size
            isBehindLiteral = true
        } else {
            isBehindLiteral = false
            endResponse()
        }
    }

    private mutating func endResponse() {
        let response = text
        text = ""
        if response.hasPrefix("+ ") { return heard.append(.continuation) }
        if response.hasPrefix("* ") {
            if !isUntagged(response) { complaints.append("no response: \(response)") }
            return heard.append(.untagged(response))
        }
        let words = response.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3, ["OK", "NO", "BAD"].contains(words[1]) else {
            return complaints.append("no response: \(response)")
        }
        heard.append(.tagged(words[0], words[1] + " " + words[2]))
    }

    private func isUntagged(_ response: String) -> Bool {
        let words = response.split(separator: " ").map(String.init)
        guard words.count > 1 else { return false }
        let known = [
            "OK", "NO", "BAD", "BYE", "CAPABILITY", "LIST", "LSUB", "STATUS", "FLAGS", "SEARCH",
            "ESEARCH", "ENABLED", "NAMESPACE", "ID", "VANISHED",
        ]
        if known.contains(words[1]) { return true }
        guard words.count > 2, Int(words[1]) != nil else { return false }
        if words[2] == "FETCH" { return response.hasSuffix(")") }
        return words.count == 3 && ["EXISTS", "RECENT", "EXPUNGE"].contains(words[2])
    }
}
