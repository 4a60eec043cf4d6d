// Policy patterns: whatever is written, a rule covers what its words say and nothing else.
import Bytes
import Policy

/// The bytes up to the first line feed are a rule's pattern, the rest is a canonical name.
func fuzzGlobs(_ input: [UInt8]) {
    // Trying everything takes long where there is much to try.
    guard input.count <= 512, input.count(where: { $0 == UInt8(ascii: "*") }) <= 8 else { return }
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
    let isMeant = covers(wanted[...], levels(of: Array(name.utf8).caseFolded)[...])
    precondition(decision.rights.letters.isEmpty == isMeant, "a rule covers what it says")
}

private func levels(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
}

/// The meaning of a pattern, by trying everything.
private func covers(
    _ pattern: ArraySlice<ArraySlice<UInt8>>,
    _ name: ArraySlice<ArraySlice<UInt8>>
) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first.elementsEqual("**".utf8) {
        return (0...name.count).contains { covers(pattern.dropFirst(), name.dropFirst($0)) }
    }
    guard let level = name.first else { return false }
    return fits(first, level) && covers(pattern.dropFirst(), name.dropFirst())
}

private func fits(_ pattern: ArraySlice<UInt8>, _ level: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return level.isEmpty }
    if first == UInt8(ascii: "*") {
        return (0...level.count).contains { fits(pattern.dropFirst(), level.dropFirst($0)) }
    }
    return level.first == first && fits(pattern.dropFirst(), level.dropFirst())
}
