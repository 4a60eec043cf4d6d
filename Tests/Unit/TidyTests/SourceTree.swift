// The repository's Swift files as text, read once: what the tidy tests look at.
import Foundation
import Testing

/// One source file, by its path below the repository's root.
struct SourceFile: CustomTestStringConvertible, Sendable {
    let path: String
    let lines: [String]

    var testDescription: String { path }

    /// The first folder below `Sources`, nil for a test.
    var module: String? {
        let parts = path.split(separator: "/")
        guard parts.count > 2, parts[0] == "Sources" else { return nil }
        return String(parts[1])
    }

    /// Names of the imported modules, whatever stands before `import`.
    var imports: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                words[..<place].allSatisfy(Self.importModifiers.contains)
            else { return nil }
            return words[place + 1].split(separator: ".").first.map(String.init)
        }
    }

    private static let importModifiers: Set<Substring> = [
        "package", "public", "internal", "private", "fileprivate", "@preconcurrency", "@testable",
        "@unsafe",
    ]

    /// Lines with comments and the contents of string literals taken out, with their numbers.
    var code: [(number: Int, text: String)] {
        lines.enumerated().map { ($0.offset + 1, Self.bare($0.element)) }
    }

    private static func bare(_ line: String) -> String {
        var bare = ""
        var quoted = false
        var escaped = false
        for character in line {
            if quoted {
                if escaped {
                    escaped = false
                } else if character == "\\" {
                    escaped = true
                } else if character == "\"" {
                    quoted = false
                }
            } else if character == "\"" {
                quoted = true
            } else {
                bare.append(character)
                if bare.hasSuffix("//") { return String(bare.dropLast(2)) }
            }
        }
        return bare
    }
}

enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let files: [SourceFile] = ["Sources", "Tests"].flatMap(swiftFiles)

    static let sources = files.filter { $0.module != nil }

    private static func swiftFiles(in folder: String) -> [SourceFile] {
        let start = root.appendingPathComponent(folder).path
        guard let found = FileManager.default.enumerator(atPath: start) else { return [] }
        return found.compactMap { $0 as? String }
            .filter { $0.hasSuffix(".swift") }
            .sorted()
            .compactMap { name in
                guard let text = try? String(contentsOfFile: "\(start)/\(name)", encoding: .utf8)
                else { return nil }
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                return SourceFile(path: "\(folder)/\(name)", lines: lines.map(String.init))
            }
    }
}
