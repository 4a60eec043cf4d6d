// Keeps the house in order: who may import whom, and what no source file may hold.
import Testing

/// Who may import whom, as Package.swift says; what is not listed is refused.
private let allowedImports: [String: Set<String>] = [
    "Bytes": ["Glibc", "Synchronization"],
    "IMAP": ["Bytes", "Glibc"],
    "Policy": ["Bytes", "Glibc"],
    "Authentication": ["Bytes", "Glibc"],
    "Audit": ["Bytes", "COpenSSL", "Glibc"],
    "Proxy": ["Bytes", "IMAP", "Policy", "Authentication", "Audit", "Glibc"],
    "TLS": ["Bytes", "COpenSSL", "Glibc", "Synchronization"],
    "Compression": ["Bytes", "CZlib"],
    "Reactor": ["Bytes", "CLinux", "Glibc", "Synchronization"],
    "TrailIndex": ["Bytes", "Policy", "Audit", "GRDB", "Glibc"],
    "Configuration": [
        "Bytes", "IMAP", "Policy", "Authentication", "Audit", "Proxy", "Yams", "Foundation",
        "Glibc",
    ],
    "Postern": [
        "Bytes", "IMAP", "Policy", "Authentication", "Audit", "Proxy", "TLS", "Reactor",
        "Compression", "TrailIndex", "Configuration", "CLinux", "CSeccomp", "ArgumentParser",
        "Foundation", "Glibc", "Synchronization",
    ],
    "PAMHelper": ["Bytes", "Authentication", "CLinux", "CPAM", "Glibc"],
]

private let systemLibraries: Set<String> = ["COpenSSL", "CPAM", "CLinux", "CSeccomp", "CZlib"]

@Suite("The sources are tidy")
struct TidyTests {
    @Test("the source tree was found")
    func found() {
        let modules = Set(SourceTree.sources.compactMap(\.module)).subtracting(systemLibraries)
        #expect(modules == Set(allowedImports.keys))
    }

    @Test("a module imports only what it may", arguments: SourceTree.sources)
    func importDirections(_ file: SourceFile) throws {
        let allowed = try #require(allowedImports[file.module ?? ""], "an unknown module")
        #expect(file.imports.filter { !allowed.contains($0) } == [])
    }

    @Test("a file opens by saying what it is for", arguments: SourceTree.files)
    func opening(_ file: SourceFile) {
        let first = file.lines.first ?? ""
        // The manifest's tools version aside, nothing comes before the sentence.
        #expect(first.hasPrefix("// ") && first.count > 12, "first line: \(first)")
    }

    @Test("a file is short enough to be read", arguments: SourceTree.files)
    func length(_ file: SourceFile) {
        #expect(file.lines.count < 500)
    }

    @Test("no source can crash on purpose", arguments: SourceTree.sources)
    func noCrash(_ file: SourceFile) {
        let words = ["try!", "as!", "fatalError(", "preconditionFailure(", "assertionFailure("]
        for (number, text) in file.code {
            for word in words where text.contains(word) {
                Issue.record("\(file.path):\(number): \(word)")
            }
        }
    }

    /// Swift 6.3 never frees what such an assignment replaces in a noncopyable value.
    @Test("nothing is assigned through an optional chain", arguments: SourceTree.sources)
    func noChainedAssignment(_ file: SourceFile) {
        for (number, text) in file.code where !text.contains("pointee") {
            if text.contains(#/\w\?\.[\w.]+ [-+&*|]*= /#) {
                Issue.record("\(file.path):\(number): \(text)")
            }
        }
    }

    @Test("nothing is unwrapped by force", arguments: SourceTree.sources)
    func noForce(_ file: SourceFile) {
        for (number, text) in file.code where Self.unwrapsByForce(text) {
            Issue.record("\(file.path):\(number): \(text)")
        }
    }

    @Test("the search for forced unwraps finds them, and only them")
    func forceHeuristic() {
        for text in ["a!", "a!.b", "f(x)!", "a[0]! + 1", "var x: Int!", "call(a!, b)"] {
            #expect(Self.unwrapsByForce(text), "\(text)")
        }
        for text in ["!a", "a != b", "x = !y", "(!a)", "if !f(x) {", "a !== b"] {
            #expect(!Self.unwrapsByForce(text), "\(text)")
        }
    }

    /// A `!` right behind a name, a bracket or a parenthesis, that begins no `!=`.
    private static func unwrapsByForce(_ text: String) -> Bool {
        let characters = Array(text)
        return characters.indices.contains { index in
            guard characters[index] == "!", index > 0 else { return false }
            let before = characters[index - 1]
            let after = index + 1 < characters.count ? characters[index + 1] : " "
            let ends = before.isLetter || before.isNumber || ")]_>".contains(before)
            return ends && after != "="
        }
    }

    @Test("no file holds a promise or a place", arguments: SourceTree.files)
    func noLeftovers(_ file: SourceFile) {
        // Written apart, so that this file passes its own test.
        let words = [
            "TO" + "DO", "FIX" + "ME", "XX" + "X:", "/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/",
        ]
        for (offset, line) in file.lines.enumerated() {
            for word in words where line.contains(word) {
                Issue.record("\(file.path):\(offset + 1): \(word)")
            }
        }
    }
}
