// Policy patterns: whatever is written, a rule covers what its words say and nothing else.
import Bytes
import Policy

/// The bytes up to the first line feed are a rule's pattern, the rest is a canonical name.
func fuzzGlobs(_ input: [UInt8]) {
    let parts = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty,
        let text = String(validating: parts[0], as: UTF8.self),
        let name = String(validating: parts[1], as: UTF8.self),
        let pattern = try? Pattern(text)
    else { return }
    let rule = Rule(
        id: "fuzzed",
        who: .everyone,
        mailboxes: [pattern],
        limit: .none,
        position: SourcePosition(file: "policy.yaml", line: 1, column: 1)
    )
    let policy = PolicySet(rules: [rule], groups: [:], revision: "1")
    let decision = policy.policy(for: Subject(user: "ann"), at: 0).decide(Array(name.utf8))
    let wanted = levels(of: Array(text.utf8).caseFolded)
    let isMeant = covers(wanted, levels(of: Array(name.utf8).caseFolded))
    precondition(decision.rights.letters.isEmpty == isMeant, "a rule covers what it says")
}

private func levels(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
}

/// The meaning of a pattern, level by level: `**` is any number of them, none among them.
private func covers(_ pattern: [ArraySlice<UInt8>], _ name: [ArraySlice<UInt8>]) -> Bool {
    covers(pattern, name, isAny: { $0.elementsEqual("**".utf8) }) { word, level in
        covers(Array(word), Array(level), isAny: { $0 == UInt8(ascii: "*") }, fits: ==)
    }
}

/// Whether `words` say all of `things`, where a word that is any says as many as you like.
///
/// Keeps how many things the words so far may have said, so that no pattern takes long.
private func covers<Word, Thing>(
    _ words: [Word],
    _ things: [Thing],
    isAny: (Word) -> Bool,
    fits: (Word, Thing) -> Bool
) -> Bool {
    var said: Set<Int> = [0]
    for word in words {
        if isAny(word) {
            said = said.min().map { Set($0...things.count) } ?? []
        } else {
            said = Set(said.filter { $0 < things.count && fits(word, things[$0]) }.map { $0 + 1 })
        }
    }
    return said.contains(things.count)
}
